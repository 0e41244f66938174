using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>Floating-point operations of a network's convolutions, two per multiply-add, of the direct algorithm whatever kernel is used.</summary>
/// <param name="Forward">Forward pass.</param>
/// <param name="Backward">Backward pass: gradients with respect to trained weights, and to inputs that depend on such.</param>
internal readonly record struct NetworkCost(double Forward, double Backward)
{
    /// <summary>Computes the cost of one image.</summary>
    /// <param name="settings">Settings of the architecture.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="freeze">Number of frozen parts of the backbone, as in the training settings.</param>
    /// <param name="side">Side length of the image in pixels.</param>
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
