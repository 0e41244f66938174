using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>A block of a ResNet: some convolutions, added to the input, or to its projection where the shape changes.</summary>
internal abstract class ResidualBlock : Module
{
    /// <summary>[N, C, H, W] to [N, C', H / stride, W / stride]. Where nothing is recorded and the shape stays, the output takes the memory of the input.</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = new TensorScope();
        return scope.Keep(Downsample is null
            ? Forward(input, new Epilogue(input, Rectifies: true, Overwrites: !Autograd.IsRecording))
            : Forward(input, new Epilogue(Downsample.Forward(input), Rectifies: true, Overwrites: true)));
    }

    /// <summary>The last normalisation of the residual branch; starting at zero makes the block start as the identity.</summary>
    public abstract Norm2d LastNorm { get; }

    protected ConvBlock? Downsample { get; private set; }

    /// <summary>The convolutions of the input, and what follows the last: the sum with the shortcut, rectified.</summary>
    protected abstract Tensor Forward(Tensor input, Epilogue end);

    /// <summary>Registered last, as torchvision does it.</summary>
    protected void AddDownsample(int inputs, int outputs, int stride, NormKind norm)
    {
        if (stride != 1 || inputs != outputs)
            Downsample = Register("downsample", new ConvBlock(new Conv2d(inputs, outputs, 1, stride, bias: false), Norms.Create(norm, outputs)));
    }
}
