namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>Finds the state dict in an unpickled checkpoint.</summary>
internal static class StateDictionary
{
    private const int MaxLevels = 4;

    // Checkpoints often store the state dict under one of these keys, beside the optimizer's state.
    private static readonly string[] Wrappers = ["model", "state_dict", "model_state_dict"];

    /// <summary>Finds the state dict, and returns its tensors by name.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="root">The unpickled object.</param>
    /// <exception cref="WeightsException">There is no state dict with tensors.</exception>
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

        throw new WeightsException(path, $"holds no state dict, neither at the top level nor under {string.Join(" or ", Wrappers)}: save one with torch.save(model.state_dict(), FILE)");
    }
}
