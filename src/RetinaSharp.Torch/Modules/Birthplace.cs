namespace RetinaSharp.Torch.Modules;

/// <summary>
/// Where this thread's new modules have their parameters and buffers, while it is open; otherwise on the processor. On <see cref="Device.Meta"/> a network takes no
/// memory and no time to make: enough for the shapes of what it computes, or for <see cref="Module.Refill"/>.
/// </summary>
public sealed class Birthplace : IDisposable
{
    [ThreadStatic]
    private static Device _current;

    private readonly Device _outer = _current;

    /// <summary>Opens it.</summary>
    /// <param name="device">Where.</param>
    public Birthplace(Device device) => _current = device;

    internal static Device Current => _current;

    /// <inheritdoc/>
    public void Dispose() => _current = _outer;
}
