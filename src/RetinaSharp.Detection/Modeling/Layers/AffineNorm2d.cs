using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>
/// Base class of trained and frozen batch norm. With fixed statistics, batch norm is a scale and a shift per channel, which are folded into the preceding
/// convolution.
/// </summary>
public abstract class AffineNorm2d(NormLayer layer) : Norm2d(layer)
{
    /// <summary>Computes the scale and the shift of each channel, [C] each, from the fixed statistics.</summary>
    protected abstract (Tensor Scale, Tensor Shift) Affine();

    /// <summary>Convolves with the scale folded into the weight and the shift as bias, which computes convolution and normalization at once.</summary>
    protected Tensor[] ForwardFolded(Conv2d convolution, Tensor[] inputs, PostOps postOps) => convolution.ForwardConstant(
        inputs,
        () =>
        {
            var (scale, shift) = Affine();
            return (convolution.weight * scale.view(-1, 1, 1, 1), shift);
        },
        postOps);
}
