"""Write a tiny Llama with random weights as GGUF: ``python write_gguf.py FILE``. Needs the package ``gguf``.

Its tokens are single bytes, and it prefers letters, so that its noise is text. The layout is what llama.cpp calls
"llama".
"""

from __future__ import annotations

import sys

import numpy as np

WIDTH, INNER, HEADS, LAYERS, CONTEXT = 32, 64, 4, 2, 16_384
TEMPLATE = (
    "{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
)
UNKNOWN, CONTROL, NORMAL, BYTE = 2, 3, 1, 6  # kinds of tokens, as llama.cpp numbers them
TOKENS = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "\u2581"]
KINDS = [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256, NORMAL]
LETTERS = [False, False, False, *(chr(byte).isalpha() and byte < 128 for byte in range(256)), False]


def write(path: str) -> None:
    """Write the file."""
    import gguf  # only the interpreter that runs this has it

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(TOKENS)
    writer.add_token_scores([0.0] * len(TOKENS))
    writer.add_token_types(KINDS)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    chance = np.random.default_rng(0)
    for name, shape in shapes().items():
        norm = len(shape) == 1
        weights = np.ones(shape) if norm else chance.standard_normal(shape) * 0.3
        if name == "output":
            weights[~np.array(LETTERS)] = 0.0
        writer.add_tensor(f"{name}.weight", weights.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def shapes() -> dict[str, tuple[int, ...]]:
    """Shapes of the weights by their name, (outputs, inputs)."""
    found: dict[str, tuple[int, ...]] = {
        "token_embd": (len(TOKENS), WIDTH),
        "output": (len(TOKENS), WIDTH),
        "output_norm": (WIDTH,),
    }
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        found |= {f"{block}.attn_{part}": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")}
        found |= {f"{block}.ffn_{part}": (INNER, WIDTH) for part in ("gate", "up")}
        found |= {f"{block}.ffn_down": (WIDTH, INNER), f"{block}.attn_norm": (WIDTH,), f"{block}.ffn_norm": (WIDTH,)}
    return found


if __name__ == "__main__":
    write(sys.argv[1])
