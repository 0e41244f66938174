using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using RetinaSharp.AspNetCore.Detection;
using RetinaSharp.AspNetCore.Diagnostics;
using RetinaSharp.AspNetCore.Models;
using RetinaSharp.AspNetCore.OpenInference;
using RetinaSharp.AspNetCore.Page;
using RetinaSharp.AspNetCore.Requests;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore;

/// <summary>Registers the detection service with ASP.NET Core.</summary>
public static class RetinaDetectorServices
{
    // RFC 3986's unreserved characters: a name is a segment of URLs.
    private const string NameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    /// <summary>
    /// Adds a model to the detection service. It is loaded when the host starts. Call the method for each model; the first one is the default. Limits are set with
    /// <c>services.Configure&lt;ServingOptions&gt;(…)</c>, endpoints are mapped by <see cref="RetinaDetectorEndpoints.MapRetinaDetector"/>.
    /// </summary>
    /// <param name="services">Service collection to add to.</param>
    /// <param name="name">Name of the model in URLs: letters, digits, and <c>- . _ ~</c>.</param>
    /// <param name="configure">Sets path and loader of the model.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentException">The name has other characters, or is the name of another model.</exception>
    public static IServiceCollection AddRetinaDetector(this IServiceCollection services, string name, Action<ServedModelOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        if (name.AsSpan().ContainsAnyExcept(NameCharacters) || name is "." or "..")
            throw new ArgumentException($"The model's name '{name}' may have letters, digits, and - . _ ~ only, because it is a part of URLs.", nameof(name));
        if (services.Any(service => service.ImplementationInstance is ModelRegistration registration && registration.Name == name))
            throw new ArgumentException($"There is already a model named '{name}'.", nameof(name));
        services.AddSingleton(new ModelRegistration(name));
        services.AddOptions<ServedModelOptions>(name).Configure(configure).ValidateOnStart()
            .Validate(options => options.Path.Length > 0, $"Model {name}: {nameof(ServedModelOptions.Path)} is not set.")
            .Validate(options => options.Load is not null, $"Model {name}: {nameof(ServedModelOptions.Load)} is not set.")
            .Validate(options => options.Version.Length > 0, $"Model {name}: {nameof(ServedModelOptions.Version)} is empty.")
            .Validate(options => options.Concurrency >= 1, $"Model {name}: {nameof(ServedModelOptions.Concurrency)} must be 1 or more.");
        return AddService(services);
    }

    private static IServiceCollection AddService(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(ModelCatalog)))
            return services;
        services.AddOptions<ServingOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServingOptions>, ServingOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddRouting();
        services.AddSingleton<ServingMetrics>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<DetectionRunner>();
        services.AddSingleton<DetectEndpoint>();
        services.AddSingleton<ModelsEndpoint>();
        services.AddSingleton<InferEndpoint>();
        services.AddSingleton<MetadataEndpoints>();
        services.AddSingleton<PageEndpoints>();
        services.AddHostedService<ModelWatcher>();
        services.AddHealthChecks().AddCheck<ModelHealthCheck>(ModelHealthCheck.Name, tags: [ModelHealthCheck.Name]);
        services.AddMetrics();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(Telemetry.Name, ServingMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddView("retinasharp.*.duration", new ExplicitBucketHistogramConfiguration { Boundaries = ServingMetrics.Seconds })
            .AddPrometheusExporter());
        return services;
    }
}
