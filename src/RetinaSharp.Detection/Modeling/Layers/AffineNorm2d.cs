using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>Batch norm. With fixed statistics it is a per-channel scale and shift, folded into the preceding convolution.</summary>
public abstract class AffineNorm2d(NormLayer layer) : Norm2d(layer)
{
    /// <summary>Computes per-channel scale and shift, [C] each, from the fixed statistics.</summary>
    protected abstract (Tensor Scale, Tensor Shift) Affine();

    /// <summary>Runs the convolution with the scale folded into its weight and the shift as its bias.</summary>
    protected Tensor[] ForwardFolded(Conv2d convolution, Tensor[] inputs, PostOps postOps) => convolution.ForwardConstant(
        inputs,
        () =>
        {
            var (scale, shift) = Affine();
            return (convolution.weight * scale.view(-1, 1, 1, 1), shift);
        },
        postOps);
}
