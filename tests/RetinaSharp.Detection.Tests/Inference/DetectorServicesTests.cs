using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Training;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Inference;

[Collection(TorchCollection.Name)]
public class DetectorServicesTests(TrainedModel trained) : LeakCheck
{
    [Fact]
    public async Task AddRetinaSharp_ConfigurationSection_GivesOneDetectorWithItsOptions()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Detector:Model"] = trained.Folder,
            ["Detector:Device"] = "cpu",
            ["Detector:Detector:Precision"] = "Fp32",
            ["Detector:Detector:MaxDetections"] = "1",
            ["Detector:Detector:Suppression"] = "None",
            ["Detector:Detector:Threads"] = "1",
            ["Detector:Detector:Input:Short"] = "96",
            ["Detector:Detector:Input:Long"] = "160",
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddRetinaSharp().BindConfiguration("Detector");
        IObjectDetector detector;
        await using (var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }))
        {
            detector = provider.GetRequiredService<IObjectDetector>();
            Assert.Same(detector, provider.GetRequiredService<IObjectDetector>());
            Assert.Equal(new InputSize(96, 160), detector.Input);
            Assert.Equal(trained.Set.Categories, detector.Categories);

            Assert.Single(await detector.DetectAsync(trained.Set.Images[0].Path));
        }

        // The services own it.
        await Assert.ThrowsAsync<ObjectDisposedException>(() => detector.DetectAsync(trained.Set.Images[0].Path));
    }

    [Fact]
    public void AddObjectDetector_TwoNames_EachHasItsOptions()
    {
        var services = new ServiceCollection();
        services.AddObjectDetector("one").Configure(options => (options.Model, options.Detector) = (trained.Folder, new() { Precision = Precision.Fp32, MaxDetections = 1 }));
        services.AddObjectDetector("three").Configure(options => (options.Model, options.Detector) = (trained.Folder, new() { Precision = Precision.Fp32, MaxDetections = 3, ScoreThreshold = .001 }));
        using var provider = services.BuildServiceProvider();

        Assert.Single(provider.GetRequiredKeyedService<IObjectDetector>("one").Detect(trained.Set.Images[0].Path));
        Assert.Equal(3, provider.GetRequiredKeyedService<IObjectDetector>("three").Detect(trained.Set.Images[0].Path).Count);
    }

    [Fact]
    public void AddRetinaSharp_NoModel_SaysSoOnFirstUse()
    {
        var services = new ServiceCollection();
        services.AddRetinaSharp();
        using var provider = services.BuildServiceProvider();

        Assert.Contains("Model is not set", Assert.Throws<OptionsValidationException>(provider.GetRequiredService<IObjectDetector>).Message);
    }
}
