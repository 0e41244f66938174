using System.Runtime.CompilerServices;
using RetinaSharp.Detection.Data;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Converts RGB bytes to the normalized input of the network, on the device of the network.</summary>
public static class Preprocessing
{
    // Per-channel mean and standard deviation of ImageNet (R, G, B), for values in [0, 1]. Pretrained backbones expect this normalization.
    private static readonly float[] Mean = [.485f, .456f, .406f];
    private static readonly float[] Deviation = [.229f, .224f, .225f];

    /// <summary>Per-channel factor (R, G, B) applied to pixel bytes: 1 / (255 · std).</summary>
    public static float[] Scale { get; } = [.. Deviation.Select(deviation => 1 / (255 * deviation))];

    /// <summary>Per-channel offset (R, G, B) added after scaling: -mean / std.</summary>
    public static float[] Shift { get; } = [.. Mean.Zip(Deviation, (mean, deviation) => -mean / deviation)];

    /// <summary>Creates the network input [N, 3, height, width] for a training batch.</summary>
    internal static Tensor Input(TrainingBatch batch, RetinaNet network) => Normalize(
        batch.Pixels, batch.Height, batch.Width, [.. batch.Images.Select(image => (image.Width, image.Height))], network.Device, network.Type);

    /// <summary>Creates the network input [N, 3, height, width] for a batch in evaluation or inference.</summary>
    internal static Tensor Input(ImageBatch batch, RetinaNet network) => Normalize(
        batch.Pixels, batch.Height, batch.Width, [.. batch.Images.Select(image => (image.Width, image.Height))], network.Device, network.Type);

    /// <summary>Normalizes images with the mean and standard deviation of ImageNet. Padding becomes 0, which is the mean color.</summary>
    /// <param name="pixels">Pixels [N, height, width, 3], RGB.</param>
    /// <param name="height">Padded height in pixels.</param>
    /// <param name="width">Padded width in pixels.</param>
    /// <param name="sizes">Size of each image in pixels, without padding.</param>
    /// <param name="device">Device of the network.</param>
    /// <param name="type">Data type of the result.</param>
    /// <returns>The network input [N, 3, height, width], channels-last.</returns>
    public static Tensor Normalize(ReadOnlySpan<byte> pixels, int height, int width, IReadOnlyList<(int Width, int Height)> sizes, Device device, ScalarType type)
    {
        using var scope = NewDisposeScope();
        if (device.type == DeviceType.CPU)
            return NormalizeOnCpu(pixels, height, width, sizes, type).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
        var images = Normalize(TensorMemory.Create(pixels, ScalarType.Byte, sizes.Count, height, width, 3).to(device), type);
        for (var i = 0; i < sizes.Count; i++)
        {
            var image = images.slice(0, i, i + 1, 1);
            if (sizes[i].Height < height)
                image.slice(1, sizes[i].Height, height, 1).zero_();
            if (sizes[i].Width < width)
                image.slice(2, sizes[i].Width, width, 1).zero_();
        }

        return images.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private static Tensor Normalize(Tensor bytes, ScalarType type)
    {
        var scale = TensorMemory.Create<float>(Scale, ScalarType.Float32, 3).to(bytes.device);
        var shift = TensorMemory.Create<float>(Shift, ScalarType.Float32, 3).to(bytes.device);
        return (bytes.to(ScalarType.Float32) * scale).Plus(shift).to(type);
    }

    /// <summary>Normalizes images with a lookup table, which holds the GPU path's result for each byte value and channel.</summary>
    private static Tensor NormalizeOnCpu(ReadOnlySpan<byte> pixels, int height, int width, IReadOnlyList<(int Width, int Height)> sizes, ScalarType type)
    {
        Span<byte> all = stackalloc byte[256 * 3];
        for (var i = 0; i < all.Length; i++)
            all[i] = (byte)(i / 3);
        var table = Normalize(TensorMemory.Create<byte>(all, ScalarType.Byte, 256, 3), type);
        var images = zeros([sizes.Count, height, width, 3], type);
        switch (type)
        {
            case ScalarType.BFloat16:
                LookUp<ushort>(pixels, height, width, sizes, table, images);
                break;
            case ScalarType.Float32:
                LookUp<float>(pixels, height, width, sizes, table, images);
                break;
            default:
                LookUp<double>(pixels, height, width, sizes, table, images);
                break;
        }

        return images;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LookUp<T>(ReadOnlySpan<byte> pixels, int height, int width, IReadOnlyList<(int Width, int Height)> sizes, Tensor table, Tensor images)
        where T : unmanaged
    {
        var values = table.Elements<T>();
        var target = images.Elements<T>();
        for (var i = 0; i < sizes.Count; i++)
        {
            for (var y = 0; y < sizes[i].Height; y++)
            {
                var start = ((i * height) + y) * width * 3;
                var from = pixels.Slice(start, sizes[i].Width * 3);
                var to = target.Slice(start, from.Length);
                for (var x = 0; x + 2 < from.Length && x + 2 < to.Length; x += 3)
                {
                    to[x] = values[from[x] * 3];
                    to[x + 1] = values[(from[x + 1] * 3) + 1];
                    to[x + 2] = values[(from[x + 2] * 3) + 2];
                }
            }
        }
    }
}
