using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests;

public sealed class TensorCountTests : LeakCheck
{
    [Fact]
    public void Alive_TensorCreatedAndDisposed_IsCounted()
    {
        var before = TensorCount.Alive;
        var tensor = zeros(3);
        Assert.Equal(before + 1, TensorCount.Alive);
        tensor.Dispose();
        Assert.Equal(before, TensorCount.Alive);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AsParameter_Disposed_LeavesNoTensor(bool requiresGrad)
    {
        var before = TensorCount.Alive;
        using (var tensor = zeros(3))
        {
            using (var parameter = tensor.AsParameter(requiresGrad))
            {
                Assert.Equal(before + 2, TensorCount.Alive);
                Assert.Equal(requiresGrad, parameter.requires_grad);
                // Shares the memory.
                parameter.Elements<float>()[1] = 4;
            }

            Assert.False(tensor.requires_grad);
            Assert.Equal([0f, 4, 0], tensor.Elements<float>());
        }

        Assert.Equal(before, TensorCount.Alive);
    }

    [Fact]
    public void AsParameter_InDisposeScope_IsDisposed()
    {
        var before = TensorCount.Alive;
        using (NewDisposeScope())
            zeros(3).AsParameter(true);
        Assert.Equal(before, TensorCount.Alive);
    }
}
