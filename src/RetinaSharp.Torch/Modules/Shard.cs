namespace RetinaSharp.Torch.Modules;

/// <summary>
/// Which part of a step a thread works on. Parts of a batch go through one network side by side; they share the weights,
/// while gradients and statistics are kept apart by this number and summed in its order, so that a sum does not depend on which
/// part was done first.
/// </summary>
public static class Shard
{
    [ThreadStatic]
    private static int _index;

    /// <summary>Number of the part that this thread works on, from 0.</summary>
    public static int Index
    {
        get => _index;
        set => _index = value;
    }
}
