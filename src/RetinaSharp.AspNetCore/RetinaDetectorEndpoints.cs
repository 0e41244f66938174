using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RetinaSharp.AspNetCore.Detection;
using RetinaSharp.AspNetCore.Models;
using RetinaSharp.AspNetCore.OpenInference;
using RetinaSharp.AspNetCore.Page;
using RetinaSharp.AspNetCore.Requests;
using RetinaSharp.AspNetCore.Security;

namespace RetinaSharp.AspNetCore;

/// <summary>Maps the endpoints of the detection service.</summary>
public static class RetinaDetectorEndpoints
{
    /// <summary>
    /// Maps <c>/v1</c> (detection), <c>/v2</c> (Open Inference Protocol), <c>/metrics</c> (Prometheus), <c>/health/live</c> and <c>/health/ready</c>, <c>/openapi/retinasharp.json</c>,
    /// and a page at <c>/</c>.
    /// </summary>
    /// <param name="endpoints">Routes to add to.</param>
    /// <returns>
    /// A builder for all endpoints, for example to require authorization. Health checks, the page and the OpenAPI document can be used without authorization in any case.
    /// </returns>
    /// <exception cref="InvalidOperationException">No model was added.</exception>
    public static IEndpointConventionBuilder MapRetinaDetector(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        if (services.GetService<ModelCatalog>() is null)
            throw new InvalidOperationException($"There is no model: call services.{nameof(RetinaDetectorServices.AddRetinaDetector)} first.");
        var options = services.GetRequiredService<IOptions<ServingOptions>>().Value;
        var group = endpoints.MapGroup("");
        if (options.ApiKeys.Count > 0)
            group.RequireApiKey(new(options.ApiKeys));
        MapDetection(group, services);
        MapOpenInference(group, services);
        group.MapPrometheusScrapingEndpoint("/metrics");
        group.MapHealthChecks("/health/live", new() { Predicate = _ => false }).Open();
        group.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains(ModelHealthCheck.Name) }).Open();
        group.MapGet(PageEndpoints.OpenApiRoute, PageEndpoints.OpenApiAsync).Open();
        if (options.ServesPage)
            MapPage(group, services);
        return group;
    }

    private static void MapDetection(RouteGroupBuilder group, IServiceProvider services)
    {
        var detect = services.GetRequiredService<DetectEndpoint>();
        Map(group, HttpMethods.Post, "/v1/detect", detect.HandleAsync, Problem.WriteAsync);
        Map(group, HttpMethods.Post, "/v1/models/{model}/detect", detect.HandleAsync, Problem.WriteAsync);
        Map(group, HttpMethods.Get, "/v1/models", services.GetRequiredService<ModelsEndpoint>().HandleAsync, Problem.WriteAsync);
    }

    private static void MapOpenInference(RouteGroupBuilder group, IServiceProvider services)
    {
        var infer = services.GetRequiredService<InferEndpoint>();
        var metadata = services.GetRequiredService<MetadataEndpoints>();
        MapV2(HttpMethods.Get, "", metadata.ServerAsync);
        MapV2(HttpMethods.Get, "/health/live", metadata.LiveAsync).Open();
        MapV2(HttpMethods.Get, "/health/ready", metadata.ReadyAsync).Open();
        foreach (var model in (string[])["/models/{model}", "/models/{model}/versions/{version}"])
        {
            MapV2(HttpMethods.Get, model, metadata.ModelAsync);
            MapV2(HttpMethods.Get, $"{model}/ready", metadata.ModelReadyAsync);
            MapV2(HttpMethods.Post, $"{model}/infer", infer.HandleAsync);
        }

        IEndpointConventionBuilder MapV2(string method, string pattern, RequestDelegate handler) => Map(group, method, $"/v2{pattern}", handler, MetadataEndpoints.WriteErrorAsync);
    }

    private static void MapPage(RouteGroupBuilder group, IServiceProvider services)
    {
        var page = services.GetRequiredService<PageEndpoints>();
        group.MapGet("/", PageEndpoints.PageAsync).Open();
        Map(group, HttpMethods.Get, "/samples", page.SamplesAsync, Problem.WriteAsync).Open();
        Map(group, HttpMethods.Get, "/samples/{name}", page.SampleAsync, Problem.WriteAsync).Open();
    }

    private static IEndpointConventionBuilder Map(RouteGroupBuilder group, string method, string pattern, RequestDelegate handler, Func<HttpContext, RequestException, Task> writeError) =>
        group.MapMethods(pattern, [method], RequestErrors.Handle(handler, writeError)).WithMetadata(new ErrorFormat(writeError));
}
