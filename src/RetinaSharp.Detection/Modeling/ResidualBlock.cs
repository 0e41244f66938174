using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>A block of a ResNet: some convolutions, added to the input, or to its projection where the shape changes.</summary>
internal abstract class ResidualBlock : Module
{
    /// <summary>[N, C, H, W] to [N, C', H / stride, W / stride].</summary>
    public Tensor Forward(Tensor input) => Forward(input, Downsample is null ? input : Downsample.Forward(input));

    /// <summary>The last normalisation of the residual branch; starting at zero makes the block start as the identity.</summary>
    public abstract Norm2d LastNorm { get; }

    protected ConvBlock? Downsample { get; private set; }

    /// <summary>The convolutions of the input, added to the shortcut, rectified.</summary>
    protected abstract Tensor Forward(Tensor input, Tensor shortcut);

    /// <summary>Registered last, as torchvision does it.</summary>
    protected void AddDownsample(int inputs, int outputs, int stride, NormKind norm)
    {
        if (stride != 1 || inputs != outputs)
            Downsample = Register("downsample", new ConvBlock(new Conv2d(inputs, outputs, 1, stride, bias: false), Norms.Create(norm, outputs)));
    }
}
