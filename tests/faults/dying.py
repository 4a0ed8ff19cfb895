"""A process that dies at a chosen statement, and a department whose work it was doing."""

import os
from collections.abc import Callable
from itertools import count

from django.db import connection, connections
from guardian.shortcuts import assign_perm

from accounts.models import Department, User
from credit_platform import demo

DONE, FAILED, KILLED = 0, 1, 9
SOURCE = ("演示测试局", demo.make_uscc("530000", 950, "11"))


def run_and_die(work: Callable[[], object], at: int) -> int:
    """Do the work in a child process that dies before its `at`-th statement; return DONE, FAILED or KILLED."""
    connections.close_all()  # a forked child must never speak on our connection
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    numbers = count(1)

    def die_in_time(execute, *arguments):
        if next(numbers) == at:
            os._exit(KILLED)
        return execute(*arguments)

    try:
        with connection.execute_wrapper(die_in_time):
            work()
        os._exit(DONE)
    finally:
        os._exit(FAILED)


def clerk_of(department: Department) -> User:
    """The department's clerk, with the right to report whatever was emptied before."""
    clerk = department.staff.get()
    assign_perm("report_department", clerk, department)
    return clerk
