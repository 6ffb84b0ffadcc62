"""`make run` as a process: what its signals do."""

import signal
import subprocess
import sys

_STOPPING = """
import time
from deploy.local import interrupt_once

interrupt_once()
try:
    print("up", flush=True)
    time.sleep(30)
except KeyboardInterrupt:
    print("told", flush=True)
    time.sleep(0.3)
    print("stopped", flush=True)
"""


def test_a_second_signal_does_not_cut_the_stopping_short():
    with subprocess.Popen([sys.executable, "-c", _STOPPING], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "up\n"

        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "told\n"
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)

        assert process.communicate(timeout=10)[0] == "stopped\n"
    assert process.returncode == 0
