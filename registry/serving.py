"""How gunicorn serves the house (`gunicorn --config python:registry.serving registry.wsgi`): threads, limits, logs."""

from pathlib import Path

from registry import environment

bind = f"{environment.text('BIND', '127.0.0.1')}:{environment.whole('PORT', 8000)}"
workers = environment.whole("WEB_WORKERS", 2)
worker_class = "gthread"
threads = environment.whole("WEB_THREADS", 8)
# A thread that streams a large upload does not silence its process, so this only ends one that is truly stuck.
timeout = 120
graceful_timeout = 20
keepalive = 15
# The heartbeat file must not wait for a busy disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# What stands in front is believed by our own settings (PROXIES), not by gunicorn.
forwarded_allow_ips = ""
control_socket_disable = True
logger_class = "registry.logs.GunicornLogger"
