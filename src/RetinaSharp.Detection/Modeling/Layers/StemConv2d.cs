using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>
/// The first convolution of a ResNet: 7 × 7, stride 2, 3 input channels. It is computed as an equivalent 4 × 4 convolution with stride 1 over the 12 channels
/// of a space-to-depth transform, because 3 channels would leave most of a vector register idle.
/// </summary>
public sealed class StemConv2d(ConvolutionLayer layer, NetworkState state, NetworkOptions options) : Conv2d(layer, state, options)
{
    private const int Channels = 3;

    // Padding in 2 x 2 blocks. Before the pixels: three pixels of padding, and one because the kernel is padded from 7 to 8. After them: two pixels, which
    // are one block.
    private const int PaddingBefore = 2, PaddingAfter = 1;

    /// <inheritdoc/>
    public override Tensor[] Forward(Tensor[] inputs, Tensor convolutionWeight, Tensor? convolutionBias, PostOps postOps, PackedWeight? packed)
    {
        if (inputs.Length != 1 || inputs[0].shape[2] % 2 != 0 || inputs[0].shape[3] % 2 != 0)
            return base.Forward(inputs, convolutionWeight, convolutionBias, postOps, packed: null); // The cache holds the reordered 4 x 4 kernel.
        using var scope = NewDisposeScope();
        var blocks = SpaceToDepth(inputs[0].permute(0, 2, 3, 1).contiguous()).permute(0, 3, 1, 2);
        var kernel = nn.functional.pad(convolutionWeight.contiguous(), [1, 0, 1, 0])
            .view(Layer.Outputs, Channels, 4, 2, 4, 2).permute(0, 2, 4, 3, 5, 1).contiguous()
            .view(Layer.Outputs, 4, 4, 4 * Channels).permute(0, 3, 1, 2);
        return [FusedConvolution.Forward(blocks, kernel, convolutionBias, stride: 1, padding: 0, postOps, packed).MoveToOuterDisposeScope()];
    }

    /// <summary>Moves each block of 2 × 2 pixels to the channels: maps [N, H, W, 3] to [N, H / 2 + 3, W / 2 + 3, 12], padded with zeros.</summary>
    private static Tensor SpaceToDepth(Tensor pixels)
    {
        if (pixels.device_type == DeviceType.CPU && !pixels.requires_grad)
        {
            switch (pixels.dtype)
            {
                case ScalarType.BFloat16: return CopyBlocks<ushort>(pixels);
                case ScalarType.Float32: return CopyBlocks<float>(pixels);
            }
        }

        var (images, height, width) = (pixels.shape[0], pixels.shape[1], pixels.shape[2]);
        var blocks = pixels.view(images, height / 2, 2, width / 2, 2, Channels).permute(0, 1, 3, 2, 4, 5).contiguous().view(images, height / 2, width / 2, 4 * Channels);
        return nn.functional.pad(blocks, [0, 0, PaddingBefore, PaddingAfter, PaddingBefore, PaddingAfter]);
    }

    private static Tensor CopyBlocks<T>(Tensor pixels)
        where T : unmanaged
    {
        var (images, height, width) = ((int)pixels.shape[0], (int)pixels.shape[1], (int)pixels.shape[2]);
        var (rows, columns) = ((height / 2) + PaddingBefore + PaddingAfter, (width / 2) + PaddingBefore + PaddingAfter);
        var blocks = zeros([images, rows, columns, 4 * Channels], pixels.dtype);
        var from = MemoryMarshal.Cast<T, Pair<T>>(pixels.Elements<T>());
        var to = MemoryMarshal.Cast<T, Pair<T>>(blocks.Elements<T>());
        for (var image = 0; image < images; image++)
        {
            for (var y = 0; y < height; y++)
            {
                var row = from.Slice(((image * height) + y) * (width / 2), width / 2);
                // A block holds a pair of pixels of its top row, then a pair of its bottom row.
                var target = to[((((((image * rows) + PaddingBefore + (y / 2)) * columns) + PaddingBefore) * 2) + (y % 2))..];
                for (var x = 0; x < row.Length; x++)
                    target[2 * x] = row[x];
            }
        }

        return blocks;
    }

    [InlineArray(2 * Channels)]
    private struct Pair<T>
        where T : unmanaged
    {
        private T _first;
    }
}
