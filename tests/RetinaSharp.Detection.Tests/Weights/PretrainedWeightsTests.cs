using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights;

public sealed class PretrainedWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string WeightsPath => _folder.At("ResNet18.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OpenImageNet_NoFile_ThrowsAndNamesThePackage()
    {
        var error = Assert.Throws<WeightsException>(() => PretrainedWeights.OpenImageNet(WeightsPath, out _));

        Assert.Equal(WeightsPath, error.File);
        Assert.Contains("is missing; add the package RetinaSharp.Weights.ResNet18", error.Message);
    }

    [Fact]
    public void OpenImageNet_OtherBytes_ThrowsWithTheChecksum()
    {
        File.WriteAllText(WeightsPath, "no weights");

        var error = Assert.Throws<WeightsException>(() => PretrainedWeights.OpenImageNet(WeightsPath, out _));

        // The checksum refuses it, not the reader, which would take any weights of these layers.
        Assert.Equal(WeightsPath, error.File);
        Assert.Contains("its SHA-256 is not", error.Message);
        Assert.Contains("restore the package RetinaSharp.Weights.ResNet18", error.Message);
    }
}
