namespace RetinaSharp.Inference.Tests;

public sealed class ObjectDetectorOptionsTests
{
    [Fact]
    public void ApplyTo_Sigma_IsOnlyAllowedWithGaussianSoftNms()
    {
        var options = new ObjectDetectorOptions { SoftNmsSigma = .3 };
        var gaussian = new InferenceSettings { Suppression = SuppressionKind.SoftGaussian };

        Assert.Equal(.3, options.ApplyTo(gaussian).SoftNmsSigma);
        Assert.Equal(.3, (options with { Suppression = SuppressionKind.SoftGaussian }).ApplyTo(new()).SoftNmsSigma);

        Assert.Contains("suppression ClassWise does not use it", Assert.Throws<ArgumentException>(() => options.ApplyTo(new())).Message);
        Assert.Throws<ArgumentException>(() => (options with { Suppression = SuppressionKind.Fusion }).ApplyTo(gaussian));
        Assert.Throws<ArgumentException>(() => new ObjectDetector(new ColorEngine(), options));
    }

    [Fact]
    public void ApplyTo_NoSigma_KeepsTheModelsForEveryKind() =>
        Assert.All(Enum.GetValues<SuppressionKind>(), kind => Assert.Equal(.7, new ObjectDetectorOptions { Suppression = kind }.ApplyTo(new() { SoftNmsSigma = .7 }).SoftNmsSigma));
}
