using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Gradients of 1 × 1 convolutions with stride 1. In channels-last memory these are matrix multiplications over pixels, whose kernels are faster than
/// those that oneDNN has for the gradients of convolutions.
/// </summary>
internal static class PointwiseConvolution
{
    /// <summary>dX = G W for each map, G [pixels, O], W [O, I].</summary>
    public static Tensor[] InputGradients(Tensor[] gradients, Tensor weight)
    {
        var matrix = weight.view(weight.shape[0], weight.shape[1]);
        return Array.ConvertAll(gradients, gradient =>
        {
            var shape = gradient.shape;
            return Pixels(gradient).mm(matrix).view(shape[0], shape[2], shape[3], matrix.shape[1]).permute(0, 3, 1, 2);
        });
    }

    /// <summary>dW = Gᵀ X, summed over the maps.</summary>
    public static Tensor WeightGradient(Tensor[] inputs, Tensor[] gradients)
    {
        Tensor? sum = null;
        for (var i = 0; i < inputs.Length; i++)
        {
            var product = Pixels(gradients[i]).t().mm(Pixels(inputs[i]));
            sum = sum is null ? product : sum.AddInPlace(product);
        }

        return sum!.view(sum.shape[0], sum.shape[1], 1, 1);
    }

    // [pixels, channels]: a view.
    private static Tensor Pixels(Tensor map) => map.permute(0, 2, 3, 1).reshape(-1, map.shape[1]);
}
