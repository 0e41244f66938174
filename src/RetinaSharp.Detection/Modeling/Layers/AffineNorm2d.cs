using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>Batch norm: with fixed statistics a scale and a shift of each channel, which are folded into the convolution.</summary>
public abstract class AffineNorm2d(NormLayer layer) : Norm2d(layer)
{
    /// <summary>Scale and shift [C] of the fixed statistics.</summary>
    protected abstract (Tensor Scale, Tensor Shift) Affine();

    /// <summary>The convolution with the scale in its weight and the shift as its bias.</summary>
    protected Tensor[] ForwardFolded(Conv2d convolution, Tensor[] inputs, PostOps postOps) => convolution.ForwardConstant(
        inputs,
        () =>
        {
            var (scale, shift) = Affine();
            return (convolution.weight * scale.view(-1, 1, 1, 1), shift);
        },
        postOps);
}
