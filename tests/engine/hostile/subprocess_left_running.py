# outcome: failed | ended: | says: 
# mypy: ignore-errors
import subprocess


async def greet(name, seconds):
    subprocess.Popen(['sleep', '60'], start_new_session=True)
