using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public class NetworkStateTests : LeakCheck
{
    [Fact]
    public void To_TensorThatCannotBeConverted_DisposesThoseBefore()
    {
        using var state = NetworkState.Create(RetinaNetArchitecture.Create(new ModelSettings { Depth = 18, Width = .125, PyramidChannels = 16 }, 2));
        state.Entries.Last().Tensor.Dispose();
        var before = TensorCount.Alive;

        Assert.ThrowsAny<Exception>(() => state.To(CPU));

        Assert.Equal(before, TensorCount.Alive);
    }
}
