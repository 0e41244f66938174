using RetinaSharp.Kernels;

namespace RetinaSharp.Testing;

/// <summary>Fails every test that leaves a tensor behind.</summary>
public abstract class LeakCheck : IDisposable
{
    private readonly long _alive;

    protected LeakCheck()
    {
        LibTorch.EnsureLoaded();
        _alive = TensorCount.Alive;
    }

    public virtual void Dispose()
    {
        Assert.Equal(_alive, TensorCount.Alive);
        GC.SuppressFinalize(this);
    }
}
