using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Weights;

/// <summary>Adapts the settings of a training run to the weights that it starts from.</summary>
public static class InitialWeightsSettings
{
    /// <summary>
    /// Returns settings with the architecture of a weights file. From a RetinaSharp model, all model settings, the input size and the size of the slices are
    /// used. From a torchvision RetinaNet, the model settings are inferred from names and shapes of the weights, and the input size is torchvision's default,
    /// or MLPerf's for its RetinaNet. From a ResNet, only its residual blocks and its width are used.
    /// </summary>
    /// <param name="weights">Name or file of the weights, as in <see cref="RunSettings.Weights"/>.</param>
    /// <param name="settings">The settings to change.</param>
    /// <exception cref="WeightsException">The file does not exist, is corrupt, or holds weights of an unknown architecture.</exception>
    public static RunSettings Load(string weights, RunSettings settings)
    {
        using var file = PretrainedWeights.Open(weights, out var model);
        if (model is not null)
            return settings with { Model = model.Settings.Model, Input = model.Settings.Input, Tile = model.Settings.Tile };
        if (TorchvisionArchitecture.IsRetinaNet(file))
        {
            var (inferred, classes) = TorchvisionArchitecture.InferRetinaNet(file);
            return settings with { Model = inferred, Input = TorchvisionArchitecture.Input(inferred, classes) };
        }

        var (variant, width) = TorchvisionArchitecture.InferResNet(file);
        return settings with { Model = variant.ApplyTo(settings.Model) with { Width = width } };
    }
}
