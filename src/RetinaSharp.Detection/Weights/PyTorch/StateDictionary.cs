namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>Finds the weights in what a checkpoint's pickle holds.</summary>
internal static class StateDictionary
{
    private const int MaxLevels = 4;

    // Trainings save the state dictionary beside that of the optimiser and more, under one of these.
    private static readonly string[] Wrappers = ["model", "state_dict", "model_state_dict"];

    /// <summary>The tensors by name.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="root">What the pickle holds.</param>
    /// <exception cref="WeightsException">There is no tensor.</exception>
    public static Dictionary<string, PyTorchTensor> Find(string path, object? root)
    {
        for (var level = 0; level < MaxLevels && root is Dictionary<string, object?> dictionary; level++)
        {
            if (Wrappers.Select(key => dictionary.GetValueOrDefault(key)).OfType<Dictionary<string, object?>>().FirstOrDefault() is { } inner)
            {
                root = inner;
                continue;
            }

            var tensors = dictionary.Where(entry => entry.Value is PyTorchTensor).ToDictionary(entry => entry.Key, entry => (PyTorchTensor)entry.Value!, StringComparer.Ordinal);
            if (tensors.Count > 0)
                return tensors;
            break;
        }

        throw new WeightsException(path, $"holds no state dictionary, neither itself nor under {string.Join(" or ", Wrappers)}: save one with torch.save(model.state_dict(), FILE)");
    }
}
