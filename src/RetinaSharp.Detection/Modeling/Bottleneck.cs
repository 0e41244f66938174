using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The block of ResNet-50 and deeper: 1 × 1, 3 × 3 (which has the stride, as in torchvision), 1 × 1 to four times the channels.</summary>
internal sealed class Bottleneck : ResidualBlock
{
    public const int Expansion = 4;

    private readonly Conv2d _conv1;
    private readonly Norm2d _bn1;
    private readonly Conv2d _conv2;
    private readonly Norm2d _bn2;
    private readonly Conv2d _conv3;
    private readonly Norm2d _bn3;

    public Bottleneck(int inputs, int channels, int stride, NormKind norm)
    {
        var outputs = channels * Expansion;
        _conv1 = Register("conv1", new Conv2d(inputs, channels, 1, bias: false));
        _bn1 = Register("bn1", Norms.Create(norm, channels));
        _conv2 = Register("conv2", new Conv2d(channels, channels, 3, stride, bias: false));
        _bn2 = Register("bn2", Norms.Create(norm, channels));
        _conv3 = Register("conv3", new Conv2d(channels, outputs, 1, bias: false));
        _bn3 = Register("bn3", Norms.Create(norm, outputs));
        AddDownsample(inputs, outputs, stride, norm);
    }

    public override Norm2d LastNorm => _bn3;

    protected override Tensor Forward(Tensor input, Epilogue end) =>
        _bn3.Forward(_conv3, _bn2.Forward(_conv2, _bn1.Forward(_conv1, input, Epilogue.Relu), Epilogue.Relu), end);
}
