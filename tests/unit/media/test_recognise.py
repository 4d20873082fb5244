"""Captions by listening, with the real faster-whisper and a small model that knows nothing.

Marked ``hear``: it needs the extra (``pip install utbud[hear]``, 360 MB), which is not among what the tests install. What
becomes of words that were heard is tried without it, in test_text.py.
"""

import json

import numpy as np
import pytest

from utbud.formats import sound
from utbud.media import recognise

pytestmark = pytest.mark.hear


def tiny_model(folder):
    """A Whisper model in CTranslate2's form: one layer, random weights, a tokenizer of bytes."""
    specs = pytest.importorskip("ctranslate2.specs", reason="the extra «hear» is not installed")
    pytest.importorskip("faster_whisper")
    import tokenizers
    from tokenizers import decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|sv|>", "<|translate|>", "<|transcribe|>",
               "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]  # fmt: skip
    special += [f"<|{at * 0.02:.2f}|>" for at in range(1501)]
    # So many words make CTranslate2 take it for one that knows more languages than English.
    special += [f"<|{at}|>" for at in range(51865 - len(letters) - len(special))]
    tokenizer = tokenizers.Tokenizer(models.BPE({letter: at for at, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(special)
    tokenizer.save(str(folder / "tokenizer.json"))
    vocabulary = [*letters, *special]

    random, width, heads = np.random.default_rng(1), 64, 1
    spec = specs.WhisperSpec(1, heads, 1, heads)

    def weights(*shape):
        return random.normal(0, 0.1, shape).astype(np.float32)

    def norm(layer):
        layer.gamma, layer.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    def linear(layer, to, from_):
        layer.weight, layer.bias = weights(to, from_), np.zeros(to, np.float32)

    for conv, channels in ((spec.encoder.conv1, 80), (spec.encoder.conv2, width)):
        conv.weight, conv.bias = weights(width, channels, 3), np.zeros(width, np.float32)
    spec.encoder.position_encodings.encodings = weights(1500, width)
    spec.decoder.position_encodings.encodings = weights(448, width)
    spec.decoder.embeddings.weight = weights(len(vocabulary), width)
    spec.decoder.scale_embeddings = False
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    norm(spec.encoder.layer_norm)
    norm(spec.decoder.layer_norm)
    for layer in (spec.encoder.layer[0], spec.decoder.layer[0]):
        norm(layer.self_attention.layer_norm)
        linear(layer.self_attention.linear[0], 3 * width, width)
        linear(layer.self_attention.linear[1], width, width)
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, 2 * width, width)
        linear(layer.ffn.linear_1, width, 2 * width)
    across = spec.decoder.layer[0].attention
    norm(across.layer_norm)
    linear(across.linear[0], width, width)
    linear(across.linear[1], 2 * width, width)
    linear(across.linear[2], width, width)
    spec.register_vocabulary(vocabulary)
    number = {token: at for at, token in enumerate(vocabulary)}
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [number["<|en|>"], number["<|sv|>"]]
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.save(str(folder))
    return folder


def test_speech_goes_through_the_model(tmp_path):
    from bench.align import Case, record

    model, shares = tiny_model(tmp_path), []
    said = ["Hej och välkommen till biblioteket.", "I dag laddar vi ner en app."]
    record(Case("", "sv+f2"), said, tmp_path / "a.wav")
    assert recognise.is_offered(str(model))
    heard = recognise.hear(tmp_path / "a.wav", str(model), 6.0, shares.append)
    assert all(0 <= cue.start < cue.end <= 31 for cue in heard.cues)
    assert heard.doubts[0][1] == "Hör efter: det var svårt att höra vad som sägs här."
    assert shares[-1] == 1.0


def test_a_tone_is_no_speech(tmp_path):
    model = tiny_model(tmp_path)
    samples = (np.sin(np.arange(16000 * 3) / 5) * 8000).astype(np.int16)
    sound.write_wav(samples.tobytes(), 16000, tmp_path / "a.wav")
    with pytest.raises(recognise.CannotHear, match="Inget tal hördes"):
        recognise.hear(tmp_path / "a.wav", str(model), 3.0)


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    pytest.importorskip("faster_whisper", reason="the extra «hear» is not installed")
    tiny_model(tmp_path)
    (tmp_path / "model.bin").write_bytes(b"nothing")
    with pytest.raises(recognise.CannotHear, match="går inte att läsa in"):
        recognise.hear(tmp_path / "a.wav", str(tmp_path), 1.0)


def test_what_is_missing_is_said(tmp_path):
    assert recognise.lacks(str(tmp_path)) == list(recognise.NEEDED)
    (tmp_path / "config.json").write_text(json.dumps({}))
    assert recognise.lacks(str(tmp_path)) == ["model.bin", "tokenizer.json"]
    assert not recognise.is_offered(str(tmp_path))
    with pytest.raises(recognise.CannotHear, match="inte installerad"):
        recognise.hear(tmp_path / "a.wav", str(tmp_path), 1.0)
