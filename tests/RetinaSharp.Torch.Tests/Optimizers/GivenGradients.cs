using RetinaSharp.Torch.Optimizers;

namespace RetinaSharp.Torch.Tests.Optimizers;

/// <summary>Gradients that no backward pass left.</summary>
internal static class GivenGradients
{
    /// <summary>Puts one into its place, in the layout of its parameter.</summary>
    public static void Put(this Gradients gradients, int parameter, Tensor gradient)
    {
        gradients.Sums[parameter]?.Dispose();
        gradients.Sums[parameter] = TensorScope.Detach(gradient);
    }
}
