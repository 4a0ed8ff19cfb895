"""`make run`: it starts, says where, survives kills, keeps its data, stays out of others' way, and ends when told."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

import psutil
import psycopg
import pytest

from credit_platform.stack import keys, options, ports, postgres, preparedness, processes
from credit_platform.stack.faults import StackError
from credit_platform.stack.options import CHECKOUT
from credit_platform.stack.processes import Service
from credit_platform.stack.supervisor import Supervisor
from tests.running import RunningStack, clean_environment, free_port, reachable


@pytest.fixture(scope="class")
def stack(tmp_path_factory):
    """One whole platform for the tests that leave it as they found it."""
    running = RunningStack(reachable(tmp_path_factory.mktemp("platform")) / "data")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="class")
def small(tmp_path_factory):
    """A smaller platform for the tests that stop, kill and start it again; each leaves it running."""
    folder = reachable(tmp_path_factory.mktemp("small"))
    running = RunningStack(folder / "data", settings={"PROCESSES": "web,stub", "DEMO": "0"})
    running.start()
    yield running
    running.stop()


def sibling(database: str) -> str:
    """The address of another database on the test run's server."""
    return os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{database}"


def asking(query: str) -> list[str]:
    """The command that prints the first row of `query`, run on whatever database it is given."""
    script = (
        "import os, sys, psycopg; print(*psycopg.connect(os.environ['DATABASE_URL']).execute(sys.argv[1]).fetchone())"
    )
    return [sys.executable, "-c", script, query]


def shell(script: str) -> list[str]:
    """The command that runs `script` inside the platform."""
    return [sys.executable, "manage.py", "shell", "-v", "0", "-c", script]


class TestOptions:
    @pytest.mark.parametrize(
        "setting",
        [{"PORT": "eighty"}, {"PORT": "65534"}, {"TODAY": "tomorrow"}, {"DEMO": "yes"}, {"PROCESSES": "cron"}],
    )
    def test_wrong_option_is_refused_by_name(self, setting):
        with pytest.raises(StackError, match=next(iter(setting))) as refusal:
            options.read(setting)
        assert refusal.value.code == "option_invalid"

    def test_empty_options_mean_the_defaults(self):
        assert options.read({"PORT": "", "TODAY": "", "DEMO": "", "PROCESSES": ""}) == options.read({})

    def test_processes_start_in_a_fixed_order_whatever_was_written(self):
        assert options.read({"PROCESSES": "stub, web"}).processes == ("web", "stub")


class TestPreparedness:
    """Preparation is skipped only for the same code, data and options on the same database."""

    @pytest.fixture
    def checkout(self, tmp_path):
        (tmp_path / "catalogue/data").mkdir(parents=True)
        (tmp_path / "catalogue/__init__.py").touch()
        (tmp_path / "catalogue/data/items.yaml").write_text("行政许可")
        return tmp_path

    def test_any_change_of_code_data_or_options_asks_for_preparation(self, checkout):
        marks = [preparedness.mark(options.read({}), checkout)]
        (checkout / "catalogue/data/items.yaml").write_text("行政处罚")
        marks.append(preparedness.mark(options.read({}), checkout))
        (checkout / "catalogue/services.py").touch()
        marks.append(preparedness.mark(options.read({}), checkout))
        marks.append(preparedness.mark(options.read({"DEMO": "0"}), checkout))
        marks.append(preparedness.mark(options.read({"PORT": "8100"}), checkout))
        assert len(set(marks)) == len(marks)

    def test_another_day_asks_for_none(self, checkout):
        marks = {preparedness.mark(options.read(given), checkout) for given in ({}, {"TODAY": "2027-05-01"})}
        assert len(marks) == 1

    def test_unchanged_checkout_gives_the_same_mark(self, checkout):
        assert preparedness.mark(options.read({}), checkout) == preparedness.mark(options.read({}), checkout)

    def test_mark_is_stored_with_the_database(self):
        url = os.environ["DATABASE_URL"]
        before = preparedness.stored(url)
        preparedness.store(url, "prepared for a test")
        assert preparedness.stored(url) == "prepared for a test"
        preparedness.store(url, before or "")


class TestKeys:
    def test_keys_are_made_once_and_readable_by_their_owner_alone(self, tmp_path):
        made = keys.keep(tmp_path)
        assert keys.keep(tmp_path) == made
        assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600

    def test_damaged_keys_are_refused_not_replaced(self, tmp_path):
        keys.keep(tmp_path)
        (tmp_path / "secrets.json").write_text('{"secret_key": "only this"}')
        with pytest.raises(StackError) as refusal:
            keys.keep(tmp_path)
        assert refusal.value.code == "keys_unreadable"
        assert "only this" in (tmp_path / "secrets.json").read_text()

    def test_keys_do_not_show_when_printed(self):
        made = keys.make()
        assert made.secret_key not in repr(made)
        assert made.database_password not in repr(made)


class TestPorts:
    def test_ports_are_kept_and_chosen_anew_when_taken(self, tmp_path):
        first = ports.keep(tmp_path, ("postgres", "broker"))
        assert ports.keep(tmp_path, ("postgres", "broker")) == first
        with socket.socket() as neighbour:
            neighbour.bind((ports.HOST, first["postgres"]))
            neighbour.listen()
            second = ports.keep(tmp_path, ("postgres", "broker"))
        assert second["broker"] == first["broker"]
        assert second["postgres"] != first["postgres"]


class TestSupervisor:
    def test_crashing_process_is_started_again_after_growing_pauses(self, tmp_path):
        starts = tmp_path / "starts"
        script = f"import time; open({str(starts)!r}, 'a').write(f'{{time.time()}}\\n')"
        with Supervisor(tmp_path / "data") as supervisor:
            supervisor.start(Service("crasher", [sys.executable, "-c", script]))
            end = time.monotonic() + 20
            while not starts.exists() or len(starts.read_text().split()) < 3:
                assert time.monotonic() < end
                supervisor.tend()
                time.sleep(0.02)
        first, second, third = map(float, starts.read_text().split()[:3])
        assert 0.4 < second - first < 2
        assert third - second > 0.9

    def test_one_data_directory_has_one_supervisor(self, tmp_path):
        with Supervisor(tmp_path):
            with pytest.raises(StackError) as refusal, Supervisor(tmp_path):
                pass
            assert refusal.value.code == "already_running"
        with Supervisor(tmp_path):
            pass

    def test_failed_step_shows_the_end_of_its_log(self, tmp_path):
        with Supervisor(tmp_path) as supervisor, pytest.raises(StackError, match="目录损坏") as refusal:
            supervisor.run("seed", [sys.executable, "-c", "raise SystemExit('目录损坏')"], os.environ, tmp_path)
        assert refusal.value.code == "step_failed"

    def test_process_that_ignores_the_polite_signal_is_killed(self, tmp_path):
        script = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
        process = processes.start(Service("deaf", [sys.executable, "-c", script]), tmp_path / "deaf.log")
        assert processes.wait_until(lambda: "up" in (tmp_path / "deaf.log").read_text(), seconds=10)
        processes.stop(process, signal.SIGTERM, grace=0.2)
        assert process.returncode == -signal.SIGKILL


class TestPostgres:
    def test_server_without_chinese_trigrams_is_refused(self):
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as session:
            session.execute("DROP DATABASE IF EXISTS deaf_to_chinese")
            session.execute(
                "CREATE DATABASE deaf_to_chinese TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C' ENCODING 'UTF8'"
            )
            try:
                with pytest.raises(StackError) as refusal:
                    postgres.require_chinese_search(sibling("deaf_to_chinese"))
            finally:
                session.execute("DROP DATABASE deaf_to_chinese")
        assert refusal.value.code == "chinese_search_unavailable"

    @pytest.mark.skipif(os.geteuid() != 0, reason="只有 root 需要换一个账户运行数据库")
    def test_root_can_keep_data_where_other_accounts_cannot_look(self, tmp_path):
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        environment = clean_environment(DATA_DIR=str(closed / "data"))
        command = [
            sys.executable,
            "-m",
            "credit_platform.stack",
            "exec",
            "--owner",
            "--",
            *asking("SHOW data_directory"),
        ]
        result = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True)
        home = postgres.ROOT_HOME / json.loads((closed / "data/secrets.json").read_text())["instance"]
        assert result.stdout.strip() == str(home / "data")
        shutil.rmtree(home)


class TestRunning:
    """The stack of this module, started once with its demo data."""

    def test_summary_gives_addresses_logins_and_token(self, stack):
        for word in (
            stack.url,
            f"{stack.url}office/",
            f"{stack.url}my/",
            f"{stack.url}admin/",
            stack.stub_url,
            stack.demo["token"],
        ):
            assert word in stack.said
        for user in stack.demo["users"]:
            assert user["username"] in stack.said
            assert user["password"] in stack.said

    def test_demo_file_holds_what_others_build_on(self, stack):
        assert stack.demo.keys() >= {"url", "stub_url", "token", "department", "users"}
        assert stack.demo["department"].keys() >= {"name", "uscc", "code"}
        assert all(user.keys() >= {"username", "password", "role"} for user in stack.demo["users"])
        assert (stack.demo["url"].rstrip("/"), stack.demo["stub_url"].rstrip("/")) == (
            stack.url.rstrip("/"),
            stack.stub_url.rstrip("/"),
        )

    def test_subject_is_sent_to_the_stand_in_provider_which_knows_the_invented_people(self, stack):
        identity = f"http://127.0.0.1:{stack.port + 2}"
        assert json.loads(stack.get(f"{identity}/.well-known/openid-configuration")[1])["issuer"] == identity
        assert "到统一身份认证平台登录" in stack.get("/my/sign-in/")[1].decode()
        accounts = json.loads((stack.data_dir / "identities.json").read_text())
        assert {account["subject_kind"] for account in accounts} >= {"person", "organisation"}

    def test_every_part_reports_its_health(self, stack):
        stack.wait_until_healthy()
        assert stack.health().keys() == {"status", "database", "broker", "worker", "beat", "national", "identity"}

    def test_files_with_secrets_are_closed_to_others(self, stack):
        for name in ("secrets.json", "environment.json", "identities.json", "broker/broker.conf"):
            assert stat.S_IMODE((stack.data_dir / name).stat().st_mode) == 0o600
        passwords = [value for name, value in json.loads((stack.data_dir / "secrets.json").read_text()).items()]
        lines = [line for process in stack.processes().values() for line in process.cmdline()]
        assert not [line for line in lines for password in passwords if len(password) > 20 and password in line]

    def test_platform_is_no_superuser(self, stack):
        result = stack.execute(*asking("SELECT session_user, rolsuper FROM pg_roles WHERE rolname = session_user"))
        assert result.stdout.split() == ["credit_app", "False"], result.stderr

    def test_second_run_on_the_same_data_is_refused_and_harms_nothing(self, stack):
        words = [sys.executable, "-m", "credit_platform.stack", "run"]
        environment = {**stack.environment, "PORT": str(free_port())}
        second = subprocess.run(words, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=60)
        assert second.returncode == 1
        assert str(stack.data_dir) in second.stderr
        assert "Traceback" not in second.stderr
        assert stack.get("/")[0] == 200

    def test_taken_port_is_refused_before_anything_starts(self, stack, tmp_path):
        words = [sys.executable, "-m", "credit_platform.stack", "run"]
        environment = {**stack.environment, "DATA_DIR": str(tmp_path / "other")}
        second = subprocess.run(words, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=60)
        assert second.returncode == 1
        assert f"PORT={stack.port + 100}" in second.stderr
        assert not (tmp_path / "other/postgres").exists()

    @pytest.mark.parametrize("name", ["worker", "beat", "stub", "identity", "web", "broker", "postgres"])
    def test_killed_process_is_back_and_the_platform_healthy(self, stack, name):
        new = stack.wait_for_new(name, stack.kill(name))
        stack.wait_until_healthy()
        assert stack.processes()[name] == new, f"{name} did not stay up: {stack.said}"
        assert new.is_running()

    def test_pool_of_a_killed_worker_does_not_work_on(self, stack):
        worker = stack.processes()["worker"]
        assert processes.wait_until(worker.children, seconds=30)
        pool = worker.children(recursive=True)
        stack.wait_for_new("worker", stack.kill("worker"))
        assert not psutil.wait_procs(pool, timeout=10)[1]


class TestLifeCycle:
    """What happens when the stack ends, however it ends, and what is there when it comes back."""

    def test_no_demo_data_without_demo(self, small):
        assert not (small.data_dir / "demo.json").exists()
        assert small.execute(*shell("from accounts.models import User; print(User.objects.count())")).stdout == "0\n"

    def test_second_start_is_quick_and_has_kept_all_data(self, small):
        create = "from accounts.models import Region; Region.objects.filter(code='530000').update(name='仍在')"
        read = "from accounts.models import Region; print(Region.objects.get(code='530000').name)"
        assert small.execute(*shell(create)).returncode == 0
        small.stop()
        assert small.start() < 60  # far less on an idle machine; the tests share two cores
        assert small.execute(*shell(read)).stdout == "仍在\n"

    def test_ctrl_c_ends_every_process(self, small):
        ended = list(small.processes().values())
        small.stop()
        assert small.process.returncode == 0
        assert not psutil.wait_procs(ended, timeout=5)[1]
        assert not (small.data_dir / "stack.json").exists()
        assert not (small.data_dir / "environment.json").exists()
        small.start()

    def test_web_told_to_stop_while_its_workers_start_ends(self, small):
        web = small.wait_for_new("web", small.kill("web"))
        assert processes.wait_until(web.children, seconds=30)  # they will be loading Django for seconds
        web.terminate()
        assert not psutil.wait_procs([web], timeout=20)[1]
        assert processes.wait_until(small.health, seconds=60)

    def test_killed_supervisor_takes_its_processes_along_and_can_be_started_again(self, small):
        orphans = [process for name, process in small.processes().items() if name != "supervisor"]
        small.process.kill()
        small.process.wait()
        assert not psutil.wait_procs(orphans, timeout=30)[1]
        small.start()
        assert small.get("/")[0] == 200

    def test_date_can_be_rehearsed_and_two_stacks_live_side_by_side(self, small, tmp_path):
        settings = {"PROCESSES": "web", "DEMO": "0", "TODAY": "2027-05-01"}
        other = RunningStack(reachable(tmp_path) / "other", settings=settings)
        try:
            other.start()
            assert other.execute(*shell("from deadlines.clock import today; print(today())")).stdout == "2027-05-01\n"
            assert "2027-05-01" in other.said
            assert {small.get("/")[0], other.get("/")[0]} == {200}
            assert small.processes()["postgres"].pid != other.processes()["postgres"].pid
        finally:
            other.stop()

    def test_command_on_a_stopped_platform_starts_the_servers_for_itself_and_adds_no_demo_data(self, small):
        small.stop()
        counted = small.execute(*shell("from accounts.models import User; print(User.objects.count())"))
        assert counted.stdout.splitlines()[-1] == "0", counted.stderr
        small.start()

    def test_servers_that_run_already_are_used_instead_of_ours(self, tmp_path):
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as session:
            session.execute("CREATE DATABASE of_somebody_else")
            settings = {"DATABASE_URL": sibling("of_somebody_else"), "REDIS_URL": os.environ["REDIS_URL"]}
            running = RunningStack(tmp_path / "data", settings={**settings, "PROCESSES": "web", "DEMO": "0"})
            try:
                running.start()
                assert running.get("/")[0] == 200
                assert running.processes().keys() == {"web", "supervisor"}
                assert not (tmp_path / "data/postgres").exists()
            finally:
                running.stop()
                session.execute("DROP DATABASE of_somebody_else WITH (FORCE)")
