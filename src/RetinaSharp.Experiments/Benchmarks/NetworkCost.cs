using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>Floating-point operations of a network's convolutions, two for each product that is added: what they are by definition, however they are computed.</summary>
/// <param name="Forward">From the image to the outputs.</param>
/// <param name="Backward">Gradients with respect to the weights that are trained, and to the inputs that depend on some.</param>
internal readonly record struct NetworkCost(double Forward, double Backward)
{
    /// <summary>The cost for one image.</summary>
    /// <param name="settings">The architecture's settings.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="freeze">Parts of the backbone that are not trained, as the setting of a training run.</param>
    /// <param name="side">Side of the image.</param>
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
