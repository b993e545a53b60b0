"""Images by Daft's own decoder and scaler, which know nothing of EXIF."""

from __future__ import annotations

from workloads.bench.engines.image import SIZE


def tensors(source: str, destination: str) -> None:
    """Makes tensors of every image of the source."""
    import daft
    from daft.functions import decode_image, image_height, image_width, resize

    image = decode_image(daft.col("bytes"), mode="RGB")
    frame = daft.read_parquet(f"{source}/*.parquet").with_columns(
        {
            "width": image_width(image),
            "height": image_height(image),
            "tensor": resize(image, SIZE, SIZE),
        }
    )
    frame.exclude("bytes").write_parquet(destination, compression="snappy")
