namespace RetinaSharp.Torch.Modules;

/// <summary>Modules under the names 0, 1, 2 …, as PyTorch's Sequential and ModuleList name them.</summary>
/// <typeparam name="T">Their type.</typeparam>
public sealed class ModuleList<T> : Module
    where T : Module
{
    private readonly T[] _modules;

    /// <summary>Takes the modules.</summary>
    /// <param name="modules">In their order.</param>
    public ModuleList(params IEnumerable<T> modules)
    {
        _modules = [.. modules];
        for (var i = 0; i < _modules.Length; i++)
            Register(i.ToString(System.Globalization.CultureInfo.InvariantCulture), _modules[i]);
    }

    /// <summary>How many there are.</summary>
    public int Count => _modules.Length;

    /// <summary>One of them.</summary>
    /// <param name="index">Its place.</param>
    public T this[int index] => _modules[index];
}
