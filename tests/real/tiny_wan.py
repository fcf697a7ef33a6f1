"""Make a Wan text-to-video pipeline of the smallest sizes and with random weights: `python tiny_wan.py FOLDER`.

Run by the Python of the SGLang environment. What it paints is noise, and in a second on a CPU: the tests are about the
server's ways. All sizes but those that fit the parts to each other are the least that the classes take.
"""

import sys

import torch
from diffusers import AutoencoderKLWan, FlowMatchEulerDiscreteScheduler, WanPipeline, WanTransformer3DModel
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from transformers import PreTrainedTokenizerFast, UMT5Config, UMT5EncoderModel

SPECIAL = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
TEXT_WIDTH = 32
CHANNELS = 16


def tokenizer() -> PreTrainedTokenizerFast:
    """A token for each ASCII character."""
    words = [*SPECIAL.values(), *map(chr, range(32, 127))]
    by_letter = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, SPECIAL["unk_token"]))
    by_letter.pre_tokenizer = Split("", "isolated")
    return PreTrainedTokenizerFast(tokenizer_object=by_letter, model_max_length=64, **SPECIAL)


def encoder() -> UMT5EncoderModel:
    return UMT5EncoderModel(UMT5Config(vocab_size=128, d_model=TEXT_WIDTH, d_kv=8, d_ff=32, num_layers=1, num_heads=4))


def decoder() -> AutoencoderKLWan:
    return AutoencoderKLWan(
        base_dim=4,
        z_dim=CHANNELS,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],  # spelled so there; four frames of five come of one
    )


def transformer() -> WanTransformer3DModel:
    return WanTransformer3DModel(
        patch_size=(1, 2, 2),
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        text_dim=TEXT_WIDTH,
        freq_dim=256,
        ffn_dim=32,
        num_layers=1,
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        rope_max_seq_len=32,  # so many patches of 16 pixels in a row: a wider clip is one that the server cannot make
    )


if __name__ == "__main__":
    torch.manual_seed(20261122)
    WanPipeline(
        tokenizer=tokenizer(),
        text_encoder=encoder(),
        transformer=transformer(),
        vae=decoder(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=5.0),
    ).save_pretrained(sys.argv[1])
