"""A real WordPress for tests: Debian's files, a MariaDB of its own, PHP's own web server.

In: the plug-in's folder. Out: a site that people sign in to and send files to. Next: `test_wordpress`.
Everything runs as a user without rights where the tests run as root, so that a file that nobody may read is
really not served.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from installation import GateWithChannels, eventually
from repit.demo.device import submission
from repit.demo.pictures import original
from repit.demo.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = ROOT / "wordpress" / "repit-gate"
TREES = (ROOT / "var" / "parts" / "usr" / "share" / "wordpress", Path("/usr/share/wordpress"))
NUMBER = re.compile(r": ([\w-]{16,64})(\)\.)?$")
HELD = (
    "answer(array_map(function ($one) { return $one + array('status' => get_post_status($one['attachment']));"
)
HELD += " }, Repit\\Gate\\held()));"
"""Everything on hold, with the state of its attachment."""
MISSING = "{0} is missing: run tools/test-parts"
PASSWORD = "quatre mots sans lien"
_CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'wordpress'); define('DB_PASSWORD', 'wordpress');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
foreach (array('AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE') as $one) {{
  define($one . '_KEY', 'k' . $one); define($one . '_SALT', 's' . $one);
}}
$table_prefix = 'wp_';
define('WP_DEBUG', true); define('WP_DEBUG_DISPLAY', false); define('WP_DEBUG_LOG', '{log}');
define('WP_HOME', '{base}'); define('WP_SITEURL', '{base}');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('WP_ACCESSIBLE_HOSTS', '127.0.0.1');
define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_ENVIRONMENT_TYPE', 'local'); define('FS_METHOD', 'direct');
if (!defined('ABSPATH')) {{ define('ABSPATH', __DIR__ . '/'); }}
require_once ABSPATH . 'wp-settings.php';
"""
_INSTALL = """
define('WP_INSTALLING', true);
require '{root}/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
wp_install('Site', 'admin', 'admin@site.example', false, '', '{password}', '');
foreach (array('ada' => '', 'bo' => 'fr_FR') as $name => $locale) {{
  wp_insert_user(array('user_login' => $name, 'user_pass' => '{password}', 'role' => 'author',
    'user_email' => "$name@site.example", 'locale' => $locale));
}}
$done = activate_plugin('repit-gate/repit-gate.php');
if (is_wp_error($done)) {{ throw new Exception($done->get_error_message()); }}
"""


def tool(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert found, MISSING.format(name)
    return found


class Site:
    """One site with the plug-in active: `admin`, and two authors, Ada (English) and Bo (French)."""

    def __init__(self) -> None:
        tree = next((path for path in TREES if (path / "wp-load.php").exists()), None)
        assert tree is not None, MISSING.format("WordPress")
        self._user = {"user": "nobody"} if os.geteuid() == 0 else {}
        self.folder = Path(tempfile.mkdtemp(prefix="repit-wordpress-"))
        self.root = self.folder / "site"
        self.log, self.mails = self.folder / "php.log", self.folder / "mails"
        self._processes: list[subprocess.Popen[bytes]] = []
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._lay_out(tree)
        try:
            self._database()
            self.php(_INSTALL.format(root=self.root, password=PASSWORD), load=False)
            self._serve()
        except BaseException:
            self.close()
            raise

    def _lay_out(self, tree: Path) -> None:
        shutil.copytree(tree, self.root, ignore=_dangling)
        content = self.root / "wp-content"
        shutil.rmtree(content)
        shutil.copytree(PLUGIN, content / "plugins" / "repit-gate")
        (content / "uploads").mkdir()
        (self.folder / "compiled").mkdir()
        (content / "themes" / "bare").mkdir(parents=True)
        (content / "themes" / "bare" / "style.css").write_text("/* Theme Name: Bare */")
        (content / "themes" / "bare" / "index.php").write_text("<?php wp_head(); wp_footer();")
        socket_path = self.folder / "db.sock"
        config = _CONFIG.format(socket=socket_path, log=self.log, base=self.base)
        (self.root / "wp-config.php").write_text(config)
        (self.root / ".htaccess").unlink(missing_ok=True)
        if self._user:
            self.folder.chmod(0o755)
            for path in (self.folder, self.folder / "compiled", content, content / "uploads"):
                shutil.chown(path, "nobody")

    def _database(self) -> None:
        data, where = self.folder / "db", self.folder / "db.sock"
        common = ("--no-defaults", f"--datadir={data}")
        made = subprocess.run(
            [
                tool("mariadb-install-db"),
                *common,
                "--skip-test-db",
                "--auth-root-authentication-method=normal",
            ],
            capture_output=True,
            timeout=120,
            check=False,
            **self._user,
        )
        assert made.returncode == 0, made.stdout.decode() + made.stderr.decode()
        self._start(
            *(
                tool("mariadbd"),
                *common,
                f"--socket={where}",
                "--skip-networking",
                "--innodb-flush-log-at-trx-commit=0",
            ),
            f"--pid-file={self.folder / 'db.pid'}",
            "--innodb-buffer-pool-size=16M",
        )
        assert eventually(lambda: _listens(where)), "MariaDB does not listen"
        self.php(
            f"$db = new mysqli('localhost', 'root', '', '', 0, '{where}');"
            "foreach (array('CREATE DATABASE wordpress CHARACTER SET utf8mb4',"
            " \"CREATE USER wordpress@localhost IDENTIFIED BY 'wordpress'\","
            " 'GRANT ALL ON wordpress.* TO wordpress@localhost') as $one) { $db->query($one); }",
            load=False,
        )

    def _serve(self) -> None:
        options = self._options()
        self._start(
            *(tool("php"), *options, "-S", f"127.0.0.1:{self.port}", "-t", str(self.root)),
            env={**os.environ, "PHP_CLI_SERVER_WORKERS": "3"},
        )
        assert eventually(self._answers), "PHP does not serve"

    def _options(self) -> tuple[str, ...]:
        """Compiled once for all: otherwise each call would compile WordPress anew."""
        compiled = self.folder / "compiled"
        named = {
            "memory_limit": "256M",
            "upload_max_filesize": "64M",
            "post_max_size": "64M",
            "sendmail_path": f"tee -a {self.mails}",
            "error_log": self.log,
            "opcache.enable_cli": "1",
            "opcache.file_cache": compiled,
            "opcache.validate_timestamps": "0",
        }
        return tuple(part for name, value in named.items() for part in ("-d", f"{name}={value}"))

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.base}/wp-login.php", timeout=60).status_code == 200
        except httpx2.HTTPError:
            return False

    def _start(self, *command: str, env: dict[str, str] | None = None) -> None:
        # A group of its own: PHP's server has workers, which must go with it.
        self._processes.append(
            subprocess.Popen(
                command,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                **self._user,
            )
        )

    def php(self, code: str, *, before: str = "", load: bool = True, options: tuple[str, ...] = ()) -> Any:
        """Run PHP inside the site, `before` first; what the code gave to `answer(…)`, if it did.

        `options`: more of PHP's own settings, `name=value`."""
        begin = f"require '{self.root}/wp-load.php'; require ABSPATH . 'wp-admin/includes/admin.php';"
        answer = 'function answer($value) { echo "\\n@@" . json_encode($value) . "@@"; }'
        given = (part for option in options for part in ("-d", option))
        done = subprocess.run(
            [
                tool("php"),
                *self._options(),
                *given,
                "-d",
                "display_errors=stderr",
                "-r",
                f"{answer} {before} {begin if load else ''} {code}",
            ],
            capture_output=True,
            timeout=120,
            check=False,
            cwd=self.folder,
            **self._user,
        )
        output = done.stdout.decode()
        assert done.returncode == 0, done.stderr.decode() + "\n".join(self._log()[-5:])
        found = re.search("@@(.*)@@", output, re.DOTALL)
        return json.loads(found[1]) if found else None

    def set(self, **options: Any) -> None:
        """The plug-in's settings, as the settings page leaves them."""
        self.php(f"update_option('repit_gate', json_decode('{json.dumps(options)}', true));")

    def complaints(self) -> list[str]:
        """What PHP had to say of the plug-in."""
        return [line for line in self._log() if "repit-gate" in line]

    def _log(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else []

    def close(self) -> None:
        for process in reversed(self._processes):
            os.killpg(process.pid, 9)
            process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)


class Browser:
    """Someone signed in, with the means that a browser, an app or an editor has to send a file."""

    def __init__(self, site: Site, name: str) -> None:
        self.site, self.name = site, name
        self.http = httpx2.Client(base_url=site.base, timeout=90, follow_redirects=False)
        self.http.get("/wp-login.php")
        sent = {"log": name, "pwd": PASSWORD, "testcookie": "1"}
        signed_in = self.http.post("/wp-login.php", data=sent)
        assert signed_in.status_code == 302, signed_in.text
        self._rest = self.http.get("/wp-admin/admin-ajax.php?action=rest-nonce").text

    def form(self, content: bytes, name: str = "a.jpg") -> tuple[bool, str]:
        """Whether the media library took it, and what it said."""
        page = self.http.get("/wp-admin/media-new.php").text
        nonce = re.search(r'name="_wpnonce" value="(\w+)"', page)
        assert nonce, page
        data = {"action": "upload-attachment", "_wpnonce": nonce[1]}
        files = {"async-upload": (name, content, "image/jpeg")}
        response = self.http.post("/wp-admin/async-upload.php", data=data, files=files)
        answer = response.json()
        return answer["success"], response.text if answer["success"] else answer["data"]["message"]

    def rest_form(self, content: bytes, name: str = "a.jpg") -> tuple[bool, str]:
        return self._rest_answer(files={"file": (name, content, "image/jpeg")})

    def rest_raw(self, content: bytes, name: str = "a.jpg") -> tuple[bool, str]:
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": "image/jpeg"}
        return self._rest_answer(content=content, headers=headers)

    def _rest_answer(self, headers: dict[str, str] | None = None, **how: Any) -> tuple[bool, str]:
        path = "/index.php?rest_route=/wp/v2/media"
        response = self.http.post(path, headers={"X-WP-Nonce": self._rest, **(headers or {})}, **how)
        answer = response.json()
        return response.status_code == 201, response.text if response.status_code == 201 else answer[
            "message"
        ]

    def xml_rpc(self, content: bytes, name: str = "a.jpg") -> tuple[bool, str]:
        body = (
            '<?xml version="1.0"?><methodCall><methodName>wp.uploadFile</methodName><params>'
            f"<param><value>1</value></param><param><value>{self.name}</value></param>"
            f"<param><value>{PASSWORD}</value></param><param><value><struct>"
            f"<member><name>name</name><value>{name}</value></member>"
            "<member><name>type</name><value>image/jpeg</value></member>"
            f"<member><name>bits</name><value><base64>{base64.b64encode(content).decode()}</base64></value>"
            "</member></struct></value></param></params></methodCall>"
        )
        body = self.http.post("/xmlrpc.php", content=body.encode(), headers={"Content-Type": "text/xml"}).text
        fault = re.search(r"<name>faultString</name>\s*<value><string>(.*?)</string>", body, re.DOTALL)
        return fault is None, body if fault is None else html.unescape(fault[1])


def _dangling(folder: str, names: list[str]) -> list[str]:
    """Links of Debian's to what is not there. `copytree`'s own look for them sees from the wrong folder."""
    return [name for name in names if not Path(folder, name).exists()]


def _listens(where: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(where))
            return True
    except OSError:
        return False


def fetched(browser: Browser, entry: dict[str, Any]) -> bytes | None:
    """The file, if the web server gives it to anyone."""
    answer = browser.http.get(browser.site.base + entry["path"].removeprefix(str(browser.site.root)))
    return answer.content if answer.status_code == 200 else None


@contextmanager
def protecting(
    gate: GateWithChannels, content: bytes | None = None, item: dict[str, Any] | None = None
) -> Iterator[None]:
    """The cat is in the bank meanwhile, or another content, as this item; then it is unknown to the gate."""
    content = original(None) if content is None else content
    receipt = gate.hotline.open_case_of(submission(content) if item is None else item)
    try:
        assert eventually(lambda: gate.verdict(content)[0] == "block")
        yield
    finally:
        gate.hotline.withdraw(receipt)
        assert eventually(lambda: gate.verdict(content)[1] is None), "still known"
