"""The diagnoses of the clinic, the patient that must be measured, and the sheet."""

import re
from pathlib import Path

import pytest
import torch
from torch import nn

from aelesson.checks import CheckFailed, clinic
from aelesson.checks.clinic.diagnose import CHOICES, EVIDENCE

from .clinic.build_decoder import RIGHT as DECODERS
from .clinic.build_encoder import RIGHT as ENCODERS

SHEET = Path(__file__).parents[2] / "sources/exercises/13_clinic.py"
PATIENTS = [*map(int, EVIDENCE)]
each = pytest.mark.parametrize("patient", PATIENTS)


def said(patient, *choices):
    with pytest.raises(CheckFailed) as failure:
        clinic.diagnose(patient, *choices)
    return str(failure.value)


def faults(patient):
    return EVIDENCE[str(patient)]["faults"]


def test_there_are_fourteen_patients_and_twelve_choices(capsys):
    assert list(range(1, 15)) == PATIENTS
    assert len(CHOICES) == 12
    clinic.diagnose(1)
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == [*CHOICES]


def test_one_is_healthy_and_one_has_two_faults():
    counts = [len(faults(patient)) for patient in PATIENTS]
    assert counts.count(2) == 1
    assert sum(counts) == len(PATIENTS) + 1
    assert sum(faults(patient) == ["nothing"] for patient in PATIENTS) == 1
    assert {name for patient in PATIENTS for name in faults(patient)} == {*CHOICES}


@each
def test_the_right_diagnosis_gets_one_line(patient, capsys):
    clinic.diagnose(patient, *(name.upper() for name in faults(patient)))
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"✓ patient {patient}: {' and '.join(faults(patient))}: ")


@each
def test_each_wrong_choice_gets_a_sentence_of_its_own(patient):
    wrong = [name for name in CHOICES if name not in faults(patient)]
    sentences = {said(patient, name) for name in wrong}
    assert len(sentences) == len(wrong)
    for name in wrong:
        start = f"patient {patient}: {name} is not it: "
        assert said(patient, name).startswith(start)
        assert said(patient, name)[len(start) :].strip().endswith((".", "?"))
        assert said(patient, name, *faults(patient)) == said(patient, name)


def test_half_of_two_faults_is_not_all():
    (patient,) = (n for n in PATIENTS if len(faults(n)) == 2)
    for name in faults(patient):
        assert f"{name} is right, but it is not all" in said(patient, name)


@each
def test_dots_are_no_diagnosis(patient, capsys):
    clinic.diagnose(patient, "...")
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("· patient")


def test_what_is_no_choice_or_no_patient_is_named():
    assert "'noise' is none of the choices: order, " in said(3, "noise")
    assert "there are 1 to 14" in said(15, "leak")


def test_the_sheet_asks_for_each_diagnosis_before_it_tells_the_goal():
    text = SHEET.read_text("utf-8")
    asked = re.findall(r'^diagnose\((\d+), "\.\.\."\)$', text, re.MULTILINE)
    assert [*map(int, asked)] == PATIENTS
    for part in text.split("# ## Patient ")[1:]:
        before, _, _ = part.partition("\ndiagnose(")
        assert "Goal" not in before
        assert "Explanation" not in before
    for name, says in CHOICES.items():
        assert f"# | `{name}` | {says} |\n" in text


def test_the_collection_has_twins_and_no_copies():
    images = torch.rand(600, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    train, test = clinic.collection(images)
    assert (train.shape, test.shape) == ((400, 1, 28, 28), (200, 1, 28, 28))
    nearest = torch.cdist(test.flatten(1), train.flatten(1)).min(1).values
    assert int((nearest < 1).sum()) == 100
    assert not any(bool((train == x).flatten(1).all(1).any()) for x in test)
    assert torch.equal(clinic.collection(images)[1], test)


@pytest.mark.parametrize(
    "initialise",
    [nn.init.xavier_uniform_, nn.init.kaiming_normal_, nn.init.orthogonal_],
)
@pytest.mark.parametrize(
    ("check", "build"),
    [(clinic.build_encoder, ENCODERS[0]), (clinic.build_decoder, DECODERS[0])],
)
def test_no_right_network_is_refused_for_its_initialisation(check, build, initialise):
    def initialised(sizes):
        network = build(sizes)
        for layer in network.modules():
            if isinstance(layer, nn.Linear):
                initialise(layer.weight)
        return network

    check(initialised)
