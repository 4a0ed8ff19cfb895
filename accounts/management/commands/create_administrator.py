"""The first person on a new platform: a system administrator, who then lets the others in."""

from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Role, User
from accounts.services import place_user


class Command(BaseCommand):
    help = "建立系统管理员（不是超级用户：不能经办业务，也不能查看审计日志）；密码从键盘或标准输入读取"

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--stdin", action="store_true", help="从标准输入读一行密码，供脚本使用")

    @transaction.atomic
    def handle(self, *, username: str, stdin: bool, **options):
        if User.objects.filter(username=username).exists():
            raise CommandError(f"已有用户“{username}”。")
        user = User(username=username)
        password = input() if stdin else getpass("密码（不少于 12 位）：")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from error
        user.set_password(password)
        place_user(user, department=None, role=Role.ADMINISTRATOR)
        self.stdout.write(f"已建立系统管理员“{username}”。")
