using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>
/// Number of floating-point operations of a network's convolutions. A multiply-add counts as two. The number is that of direct convolution, also where Winograd
/// kernels need fewer operations.
/// </summary>
/// <param name="Forward">Operations of the forward pass.</param>
/// <param name="Backward">Operations of the backward pass: gradients with respect to trained weights, and to inputs that depend on trained weights.</param>
internal readonly record struct NetworkCost(double Forward, double Backward)
{
    /// <summary>Computes the number of operations for one square image.</summary>
    /// <param name="settings">Settings of the architecture.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="freeze">Number of frozen backbone parts; see <see cref="TrainingSettings.Freeze"/>.</param>
    /// <param name="side">Width and height of the image in pixels.</param>
    public static NetworkCost Compute(ModelSettings settings, int classes, int freeze, int side)
    {
        var cost = default(NetworkCost);
        foreach (var layer in RetinaNetArchitecture.Create(settings, classes).Layers())
        {
            var operations = layer.Operations(side);
            var gradients = (layer.Part >= freeze ? 1 : 0) + (layer.InputPart >= freeze ? 1 : 0);
            cost = new(cost.Forward + operations, cost.Backward + gradients * operations);
        }

        return cost;
    }
}
