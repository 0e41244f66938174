using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Weights;

/// <summary>Settings for a training that starts from weights.</summary>
public static class StartSettings
{
    /// <summary>
    /// Settings whose architecture is that of a file's weights: a model's own, with its image size, or what torchvision's names and shapes
    /// say, of a RetinaNet all with torchvision's image size, of a ResNet depth and width.
    /// </summary>
    /// <param name="weights">A run folder, a safetensors file, or a file of torch.save.</param>
    /// <param name="settings">All that the file says nothing of.</param>
    /// <exception cref="WeightsException">There is no such file, it is damaged, or its weights are of no network that is known.</exception>
    public static RunSettings Load(string weights, RunSettings settings)
    {
        using var file = TorchvisionWeights.Open(ModelFile.Find(weights), out var model);
        if (model is not null)
            return settings with { Model = model.Settings.Model, Input = model.Settings.Input };
        if (TorchvisionArchitecture.IsRetinaNet(file))
            return settings with { Model = TorchvisionArchitecture.RetinaNet(file).Settings, Input = new RunSettings().Input };
        var (depth, width) = TorchvisionArchitecture.ResNet(file);
        return settings with { Model = settings.Model with { Depth = depth, Width = width } };
    }
}
