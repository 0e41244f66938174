using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RetinaSharp.Inference;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>Registers detectors with Microsoft.Extensions.DependencyInjection.</summary>
public static class DetectorServices
{
    /// <summary>
    /// Registers a singleton <see cref="IObjectDetector"/>. The model is loaded when the service is first resolved, and disposed with the service provider.
    /// </summary>
    /// <param name="services">Service collection to add the detector to.</param>
    /// <returns>A builder to set the options, for example by <c>BindConfiguration("Detector")</c> or <c>Configure(options => ...)</c>.</returns>
    /// <exception cref="OptionsValidationException">On first use: <see cref="DetectorServiceOptions.Model"/> is not set.</exception>
    public static OptionsBuilder<DetectorServiceOptions> AddRetinaSharp(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IObjectDetector>(provider => Load(provider, Options.DefaultName));
        return Validated(services.AddOptions<DetectorServiceOptions>());
    }

    /// <summary>Registers a keyed singleton <see cref="IObjectDetector"/>, for applications with several models.</summary>
    /// <param name="services">Service collection to add the detector to.</param>
    /// <param name="name">Key of the service, and name of its options.</param>
    /// <inheritdoc cref="AddRetinaSharp(IServiceCollection)" path="/returns|/exception"/>
    public static OptionsBuilder<DetectorServiceOptions> AddObjectDetector(this IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        services.TryAddKeyedSingleton<IObjectDetector>(name, (provider, _) => Load(provider, name));
        return Validated(services.AddOptions<DetectorServiceOptions>(name));
    }

    private static OptionsBuilder<DetectorServiceOptions> Validated(OptionsBuilder<DetectorServiceOptions> builder) =>
        builder.Validate(options => options.Model.Length > 0, $"{nameof(DetectorServiceOptions.Model)} is not set: set it to a run folder or a .safetensors file.");

    private static Detector Load(IServiceProvider provider, string name)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<DetectorServiceOptions>>().Get(name);
        var detector = options.Detector;
        if (options.Device is not null)
            detector = detector with { Device = device(options.Device) };
        if (provider.GetService<ILogger<Detector>>() is { } logger)
            detector = detector with { Logger = logger };
        return Detector.Load(options.Model, detector);
    }
}
