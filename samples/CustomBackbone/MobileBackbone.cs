using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RetinaSharp.Samples.CustomBackbone;

/// <summary>A small backbone of depthwise separable convolutions, as in MobileNet (Howard et al., arXiv 1704.04861).</summary>
internal sealed class MobileBackbone : Module<Tensor, Tensor[]>
{
#pragma warning disable IDE1006 // The fields' names are those in the state dictionary.
    private readonly Module<Tensor, Tensor> stem, stride4, stride8, stride16, stride32;
#pragma warning restore IDE1006

    public MobileBackbone()
        : base(nameof(MobileBackbone))
    {
        stem = Sequential(Conv2d(3, 16, 3, stride: 2, padding: 1, bias: false), BatchNorm2d(16), ReLU());
        stride4 = Stage(16, 32);
        stride8 = Stage(32, Channels[0]);
        stride16 = Stage(Channels[0], Channels[1]);
        stride32 = Stage(Channels[1], Channels[2]);
        RegisterComponents();
    }

    /// <summary>Numbers of channels of the feature maps with strides 8, 16 and 32.</summary>
    public static IReadOnlyList<int> Channels { get; } = [64, 128, 256];

    /// <summary>Computes the feature maps with strides 8, 16 and 32, given images [N, 3, H, W].</summary>
    public override Tensor[] forward(Tensor images)
    {
        var c3 = stride8.call(stride4.call(stem.call(images)));
        var c4 = stride16.call(c3);
        return [c3, c4, stride32.call(c4)];
    }

    private static Module<Tensor, Tensor> Stage(int inputs, int outputs) =>
        Sequential(Separable(inputs, outputs, stride: 2), Separable(outputs, outputs, stride: 1));

    private static Module<Tensor, Tensor> Separable(int inputs, int outputs, int stride) => Sequential(
        Conv2d(inputs, inputs, 3, stride: stride, padding: 1, groups: inputs, bias: false), BatchNorm2d(inputs), ReLU(),
        Conv2d(inputs, outputs, 1, bias: false), BatchNorm2d(outputs), ReLU());
}
