using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The block of ResNet-18 and 34: two convolutions of 3 × 3.</summary>
internal sealed class BasicBlock : ResidualBlock
{
    private readonly Conv2d _conv1;
    private readonly Norm2d _bn1;
    private readonly Conv2d _conv2;
    private readonly Norm2d _bn2;

    public BasicBlock(int inputs, int channels, int stride, NormKind norm)
    {
        _conv1 = Register("conv1", new Conv2d(inputs, channels, 3, stride, bias: false));
        _bn1 = Register("bn1", Norms.Create(norm, channels));
        _conv2 = Register("conv2", new Conv2d(channels, channels, 3, bias: false));
        _bn2 = Register("bn2", Norms.Create(norm, channels));
        AddDownsample(inputs, channels, stride, norm);
    }

    public override Norm2d LastNorm => _bn2;

    protected override Tensor Forward(Tensor input, Epilogue end) =>
        _bn2.Forward(_conv2, _bn1.Forward(_conv1, input, Epilogue.Relu), end);
}
