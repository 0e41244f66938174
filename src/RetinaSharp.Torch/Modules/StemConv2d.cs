using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RetinaSharp.Torch.Modules;

/// <summary>
/// The first convolution of a ResNet: 7 × 7, stride 2, three channels, no bias. Convolutions over so few channels leave most
/// of a vector unit idle, above all on the way back. Folding each 2 × 2 pixels into one place of twelve channels makes it
/// a 4 × 4 convolution of stride 1 with the same result: the window grows to 8 × 8 by a row and a column of zeros.
/// </summary>
public sealed class StemConv2d : Conv2d
{
    private const int Colours = 3;

    // Three pixels of padding and the row that the window grows by are two places before; behind, two pixels reach into one place.
    private const int Before = 2, Behind = 1;

    /// <summary>Creates it with weights of zero.</summary>
    /// <param name="outputs">Channels out.</param>
    public StemConv2d(int outputs)
        : base(Colours, outputs, 7, 2, bias: false)
    {
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input, Tensor weight, Tensor? bias, Epilogue epilogue = default)
    {
        var (images, height, width) = (input.Shape[0], input.Shape[2], input.Shape[3]);
        if (height % 2 != 0 || width % 2 != 0)
            return base.Forward(input, weight, bias, epilogue);
        // Pixels are [N, H, W, 3] in memory.
        var pixels = input.Permute(0, 2, 3, 1).Contiguous();
        var places = FoldInMemory(pixels) ?? Fold(pixels);
        var window = Functional.Pad(weight.Contiguous(), 1, 0, 1, 0)
            .View(Outputs, Colours, 4, 2, 4, 2).Permute(0, 3, 5, 1, 2, 4).Contiguous()
            .View(Outputs, 4 * Colours, 4, 4);
        return Convolve(places.Permute(0, 3, 1, 2), window.ChannelsLast(), bias, stride: 1, padding: 0, epilogue);
    }

    /// <summary>[N, H, W, 3] to [N, H / 2 + 3, W / 2 + 3, 12]: a place has its four pixels row by row, each with its colours, and there are places of zeros around.</summary>
    private static Tensor Fold(Tensor pixels)
    {
        var (images, height, width) = (pixels.Shape[0], pixels.Shape[1], pixels.Shape[2]);
        var places = pixels.View(images, height / 2, 2, width / 2, 2, Colours).Permute(0, 1, 3, 2, 4, 5).Contiguous()
            .View(images, height / 2, width / 2, 4 * Colours);
        return Functional.Pad(places, 0, 0, Before, Behind, Before, Behind);
    }

    /// <summary>The same in one pass over the pixels; null where it cannot be done.</summary>
    private static Tensor? FoldInMemory(Tensor pixels) => pixels.Device.IsCpu && !pixels.RequiresGrad
        ? pixels.Type switch
        {
            ScalarType.BFloat16 => FoldInMemory<ushort>(pixels),
            ScalarType.Float32 => FoldInMemory<float>(pixels),
            _ => null,
        }
        : null;

    private static Tensor FoldInMemory<T>(Tensor pixels)
        where T : unmanaged
    {
        var (images, height, width) = ((int)pixels.Shape[0], (int)pixels.Shape[1], (int)pixels.Shape[2]);
        var (rows, columns) = ((height / 2) + Before + Behind, (width / 2) + Before + Behind);
        var places = Tensor.Zeros(pixels.Type, Device.Cpu, images, rows, columns, 4 * Colours);
        var from = MemoryMarshal.Cast<T, Pair<T>>(pixels.Data<T>());
        var to = MemoryMarshal.Cast<T, Pair<T>>(places.Data<T>());
        for (var image = 0; image < images; image++)
        {
            for (var y = 0; y < height; y++)
            {
                var row = from.Slice(((image * height) + y) * (width / 2), width / 2);
                // A place has one pair of the upper row and one of the lower.
                var target = to[((((((image * rows) + Before + (y / 2)) * columns) + Before) * 2) + (y % 2))..];
                for (var x = 0; x < row.Length; x++)
                    target[2 * x] = row[x];
            }
        }

        return places;
    }

    /// <summary>Two neighbours in a row, with their colours.</summary>
    [InlineArray(2 * Colours)]
    private struct Pair<T>
        where T : unmanaged
    {
        private T _first;
    }
}
