namespace RetinaSharp.Tests;

[Trait("Category", "Integration")]
public class PackagesTests
{
    [Fact]
    public void TryPackages_InstalledElsewhere_Work()
    {
        var ran = CommandResult.Program(Path.Combine(Repository.Root, "eng", "try-packages.sh"), "--no-build").IsDone();

        Assert.EndsWith("packages: ok\n", ran.Out);
        string[] packages = ["", ".Boxes", ".Cli", ".Datasets", ".Detection", ".Evaluation", ".Imaging", ".Kernels", ".Losses", ".Onnx", ".Weights.ResNet18"];
        Assert.All(packages, name => Assert.Matches($@" RetinaSharp{name}\.\d+\.\d+\.\d+\.nupkg", ran.Out));
        Assert.Contains("IoU 0.333333, focal loss 0.00026340", ran.Out);
        Assert.Contains("a model of squares gave ", ran.Out);
        Assert.Contains("a model started from the weights imagenet", ran.Out);
        Assert.Contains("LibTorch", ran.Out);
        Assert.Matches(@"ResNet18\.onnx: \d+ of \d+ taken", ran.Out);
    }
}
