namespace RetinaSharp.Torch.Modules;

/// <summary>
/// The first convolution of a ResNet: 7 × 7, stride 2, three channels, no bias. Convolutions over so few channels leave most
/// of a vector unit idle, above all on the way back. Folding each 2 × 2 pixels into one place of twelve channels makes it
/// a 4 × 4 convolution of stride 1 with the same result: the window grows to 8 × 8 by a row and a column of zeros.
/// </summary>
public sealed class StemConv2d : Conv2d
{
    private const int Colours = 3;

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
        // Pixels are [N, H, W, 3] in memory; a place has its four pixels row by row, each with its colours.
        var folded = input.Permute(0, 2, 3, 1).Contiguous()
            .View(images, height / 2, 2, width / 2, 2, Colours).Permute(0, 1, 3, 2, 4, 5).Contiguous()
            .View(images, height / 2, width / 2, 4 * Colours);
        // Three pixels of padding and the added row are two places before; behind, two pixels reach into one place.
        var padded = Functional.Pad(folded, 0, 0, 2, 1, 2, 1).Permute(0, 3, 1, 2);
        var window = Functional.Pad(weight.Contiguous(), 1, 0, 1, 0)
            .View(Outputs, Colours, 4, 2, 4, 2).Permute(0, 3, 5, 1, 2, 4).Contiguous()
            .View(Outputs, 4 * Colours, 4, 4);
        return Convolve(padded, window.ChannelsLast(), bias, stride: 1, padding: 0, epilogue);
    }
}
