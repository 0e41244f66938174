using RetinaSharp.Detection.Tests.Training;

namespace RetinaSharp.Detection.Tests.Modeling;

/// <summary>
/// Tests that compute with LibTorch: one after the other, because its number of threads and the count of living tensors are
/// of the process. They share one small trained model.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchCollection : ICollectionFixture<TrainedModel>
{
    public const string Name = "Torch";
}
