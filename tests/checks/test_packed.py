"""What comes to the judge holds numbers and operations, or is refused."""

import io
import json
import pickle
import zipfile

import pytest
import torch

from aelesson.checks.engine import packed
from aelesson.checks.engine.packed import pack, unpack
from aelesson.checks.engine.programs import Unsuitable
from aelesson.checks.engine.recorded import Record

IN = {"in": 0}


def written(parts, tensors=()):
    file = io.BytesIO()
    torch.save({"parts": json.dumps(parts), "tensors": list(tensors)}, file)
    return file.getvalue()


def program(*nodes, result=None, shapes=((2, 3),), dtypes=("float32",)):
    """Write one program by hand, as a student might."""
    result = result or {"of": [len(nodes) - 1, 0]}
    return written({"it": {"record": [shapes, dtypes, nodes, result], "constants": []}})


def node(name, *args, out=(), **kwargs):
    return [name, list(args), kwargs, list(out)]


def test_numbers_lists_tensors_and_records_come_back():
    parts = {
        "seconds": 1.5,
        "rows": [torch.arange(6.0).view(2, 3).T, torch.tensor([True, False])],
        "it": Record.of(lambda x: x * 2, torch.ones(2, 3)),
    }
    thing = unpack(pack(parts))
    assert thing.seconds == 1.5
    for got, put in zip(thing.rows, parts["rows"], strict=True):
        torch.testing.assert_close(got, put)
    assert thing.it(torch.ones(5, 3)).tolist() == [[2.0] * 3] * 5


class Evil:
    def __reduce__(self):
        return print, ("code ran",)


def with_code():
    file = io.BytesIO()
    torch.save(Evil(), file)
    return file.getvalue()


def swollen():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packing:
        packing.writestr("archive/data.pkl", bytes(3 * packed.BYTES))
    return file.getvalue()


REFUSED = {
    "nothing": (b"", "cannot be read"),
    "noise": (b"PK\x03\x04" + bytes(99), "cannot be read"),
    "a pickle": (pickle.dumps(Evil()), "cannot be read"),
    "code": (with_code(), "cannot be read"),
    "too many bytes": (bytes(packed.BYTES + 1), "bytes, at most"),
    "swollen": (swollen(), "unpacked it has"),
    "no parts": (written([1, 2]), "no parts"),
    "not a part": (written({"it": {"what": 1}}), "cannot be read"),
    "an absent tensor": (written({"it": {"tensor": 3}}), "cannot be read"),
    "a sparse tensor": (
        written({}, [torch.eye(3).to_sparse()]),
        "no plain tensor of numbers",
    ),
    "a large tensor": (
        written({}, [torch.zeros(1).expand(10**9)]),
        "is too large",
    ),
    "Python": (program(node("os::system", "ls")), "no operation of PyTorch's own"),
    "another library": (program(node("torchvision::nms", IN)), "PyTorch's own"),
    "an unknown operation": (program(node("aten::steal", IN)), "PyTorch's own"),
    "a private name": (program(node("aten::__class__", IN)), "PyTorch's own"),
    "a file": (
        program(node("aten::from_file", "judge.png", False, 9)),
        "is not allowed here",
    ),
    "memory": (program(node("aten::resize_", IN, [999])), "is not allowed here"),
    "a value": (program(node("aten::_local_scalar_dense", IN)), "not allowed here"),
    "a text": (
        program(node("aten::index_reduce", IN, 0, IN, IN, "judge.png")),
        "gets a text",
    ),
    "too much": (program(node("aten::repeat", IN, [10**5, 10**5])), "bytes, at most"),
    "by and by": (
        program(
            *(
                node("aten::cat", [{"of": [i - 1, 0]} if i else IN] * 9)
                for i in range(20)
            )
        ),
        "bytes, at most",
    ),
    "too many nodes": (
        program(*[node("aten::neg", IN)] * (packed.NODES + 1)),
        "operations, at most",
    ),
    "a later node": (program(node("aten::neg", {"of": [1, 0]})), "does not run"),
    "wrong shapes": (program(node("aten::mm", IN, IN)), "does not run"),
    "no input": (program(node("aten::neg", {"in": 4})), "does not run"),
    "an unknown type": (
        program(node("aten::_to_copy", IN, dtype={"dtype": "load"})),
        "is no dtype",
    ),
    "a size by values": (program(node("aten::bincount", IN)), "does not run"),
}


@pytest.mark.filterwarnings("ignore:Validating sparse tensor")
@pytest.mark.parametrize(("data", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_computation_is_refused(data, says, capfd):
    with pytest.raises(Unsuitable, match=says):
        unpack(data)
    assert "code ran" not in capfd.readouterr().out


def test_what_is_too_large_is_not_packed(monkeypatch):
    monkeypatch.setattr(packed, "BYTES", 1000)
    with pytest.raises(Unsuitable, match="at most 1,000"):
        pack({"it": torch.zeros(1000)})
