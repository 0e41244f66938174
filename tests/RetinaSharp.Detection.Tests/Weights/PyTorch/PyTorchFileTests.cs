using System.Text.Json;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Detection.Weights.PyTorch;

namespace RetinaSharp.Detection.Tests.Weights.PyTorch;

/// <summary>Files that torch.save wrote, beside what torch reads from them; both were made by make_pytorch_golden.py.</summary>
[Trait("Category", "Slow")]
public sealed class PyTorchFileTests : IDisposable
{
    private readonly PyTorchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("zip.pth")]
    [InlineData("legacy.pth")]
    [InlineData("nested.pth")]
    [InlineData("namespace.pth")]
    [InlineData("nested-legacy.pth")]
    public void ReadFp32_FileOfTorch_HasItsShapesAndValues(string name)
    {
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Golden("expected.json")));
        using var file = PyTorchFile.Open(FileBytes.Open(Golden(name)));

        var tensors = expected.RootElement.GetProperty(name).EnumerateObject().ToList();
        Assert.Equal(tensors.Select(tensor => tensor.Name), file.Names);
        foreach (var tensor in tensors)
        {
            var entry = file.Find(tensor.Name)!;
            Assert.Equal(tensor.Value.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64()), entry.Shape);
            if (entry.IsFloating)
                Assert.Equal(tensor.Value.GetProperty("values").EnumerateArray().Select(value => (float)value.GetDouble()), file.ReadFp32(tensor.Name));
            else
                Assert.Equal(SafetensorsType.I64, entry.Type);
        }
    }

    [Theory]
    [InlineData("path.pth", "'pathlib.PurePosixPath'")]
    [InlineData("expanded.pth", "does not lie within the 1 elements")]
    public void Open_FileOfTorchThatNeedsMore_Refused(string name, string reason) => _folder.Refused(File.ReadAllBytes(Golden(name)), reason);

    [Fact]
    public void ReadFp32_Integers_Refused()
    {
        using var file = PyTorchFile.Open(FileBytes.Open(Golden("zip.pth")));

        Assert.Contains("is I64", Assert.Throws<WeightsException>(() => file.ReadFp32("1.num_batches_tracked")).Reason);
        Assert.Contains("has no tensor", Assert.Throws<WeightsException>(() => file.ReadFp32("other")).Reason);
    }

    [Theory]
    [InlineData("nested.pth")]
    [InlineData("legacy.pth")]
    public void Open_AnyByteChanged_ThrowsOrReads(string name)
    {
        var good = File.ReadAllBytes(Golden(name));
        Assert.True(_folder.ThrowsOrReads(good));
        for (var at = 0; at < good.Length; at++)
        {
            var bytes = (byte[])good.Clone();
            bytes[at] ^= (byte)(at % 3 == 0 ? 0xFF : 1 << (at % 8));
            _folder.ThrowsOrReads(bytes);
        }
    }

    [Theory]
    [InlineData("nested.pth")]
    [InlineData("legacy.pth")]
    public void Open_CutAnywhere_Throws(string name)
    {
        var good = File.ReadAllBytes(Golden(name));
        for (var length = 0; length < good.Length; length++)
            Assert.False(_folder.ThrowsOrReads(good[..length]), $"{length} bytes were enough");
    }

    [SharedDataFact]
    public void ReadFp32_RealFileOfBefore16_HasTorchsValues()
    {
        using var file = PyTorchFile.Open(FileBytes.Open(SharedData.At("data", "weights", "resnet20-cifar.th")));

        Assert.Equal(97, file.Names.Count());
        Assert.Equal([10L, 64], file.Find("module.linear.weight")!.Shape);
        // By torch.load.
        var weights = file.ReadFp32("module.linear.weight");
        Assert.Equal([-1.0598125457763672f, .5688578486442566f, -.025252094492316246f], weights[..3]);
        Assert.Equal([-.266508549451828f, .22667697072029114f], weights[^2..]);
        Assert.Equal(13.857081902788098, Math.Sqrt(weights.Sum(weight => (double)weight * weight)), 1e-10);
        Assert.Equal(1.3100982000032673, file.ReadFp32("module.conv1.weight").Sum(weight => (double)weight), 1e-10);
    }

    [SharedDataFact]
    public void Open_RealTar_RefusedByName()
    {
        var path = SharedData.At("data", "bad-input", "truncated-tar.pth");

        Assert.Contains("is a tar archive", Assert.Throws<WeightsException>(() => TorchvisionWeights.Open(path, out _).Dispose()).Reason);
    }

    private static string Golden(string name) => Path.Combine(Repository.Root, "tests", "RetinaSharp.Detection.Tests", "Golden", "pytorch", name);
}
