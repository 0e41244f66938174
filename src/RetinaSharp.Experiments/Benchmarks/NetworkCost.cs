using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>Floating-point operations of a network's convolutions, two for each product that is added: what they are by definition, however they are computed.</summary>
/// <param name="Forward">From the image to the outputs.</param>
/// <param name="Backward">The way back: to the weights that are trained, and to the inputs that hang on some.</param>
internal readonly record struct NetworkCost(double Forward, double Backward)
{
    /// <summary>The cost for one image.</summary>
    /// <param name="settings">The architecture.</param>
    /// <param name="outputs">Outputs of the classification head for an anchor.</param>
    /// <param name="freeze">Parts of the backbone that are not trained, as <see cref="TrainingSettings.Freeze"/>.</param>
    /// <param name="side">Side of the image.</param>
    public static NetworkCost Of(ModelSettings settings, int outputs, int freeze, int side)
    {
        var cost = default(NetworkCost);
        foreach (var shape in Convolutions.Of(settings, outputs))
        {
            var operations = 2.0 * shape.Weights * shape.Pixels(side);
            var waysBack = (shape.Part >= freeze ? 1 : 0) + (shape.InputPart >= freeze ? 1 : 0);
            cost = new(cost.Forward + operations, cost.Backward + waysBack * operations);
        }

        return cost;
    }
}
