using RetinaSharp.Kernels;
using Xunit;

namespace RetinaSharp.Testing;

/// <summary>Base of test classes that use tensors: a test fails if it leaves one undisposed.</summary>
public abstract class LeakCheck : IDisposable
{
    private readonly long _alive;

    /// <summary>Loads LibTorch and counts the tensors before the test.</summary>
    protected LeakCheck()
    {
        LibTorch.EnsureLoaded();
        _alive = TensorCount.Alive;
    }

    /// <summary>Asserts that there are as many tensors as before the test.</summary>
    public virtual void Dispose()
    {
        Assert.Equal(_alive, TensorCount.Alive);
        GC.SuppressFinalize(this);
    }
}
