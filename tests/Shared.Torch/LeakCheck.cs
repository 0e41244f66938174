using RetinaSharp.Kernels;
using TorchSharp;

namespace RetinaSharp.Testing;

/// <summary>Fails every test that leaves a tensor behind.</summary>
public abstract class LeakCheck : IDisposable
{
    private readonly long _alive;

    protected LeakCheck()
    {
        LibTorch.EnsureLoaded();
        _alive = torch.Tensor.TotalCount;
    }

    public void Dispose()
    {
        Assert.Equal(_alive, torch.Tensor.TotalCount);
        GC.SuppressFinalize(this);
    }
}
