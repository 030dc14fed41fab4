"""On what machine were numbers measured?"""

import platform
from pathlib import Path

import torch

from aelesson import runtime

CPU_INFO = Path("/proc/cpuinfo")  # Linux only


def describe(device: torch.device) -> str:
    """Name the processor, the threads and, on CUDA, the GPU; never the machine.

    A device without instructions for bfloat16 is named as such: there mixed precision
    computes in float32.
    """
    threads = torch.get_num_threads()
    words = [processor_name(), f"{threads} thread{'s' if threads > 1 else ''}"]
    if device.type == "cuda":
        words.append(torch.cuda.get_device_name(device))
    if not runtime.has_bfloat16(device):
        words.append("no bfloat16")
    return ", ".join(words)


def processor_name(info: Path = CPU_INFO) -> str:
    """Return the processor's name as the system tells it, or its architecture."""
    if info.is_file():
        for line in info.read_text("utf-8", errors="replace").splitlines():
            key, _, name = line.partition(":")
            if key.strip() == "model name" and name.strip():
                return name.strip()
    return platform.processor() or platform.machine() or "unknown processor"
