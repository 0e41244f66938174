// What an application would write without RetinaSharp.AspNetCore: a handler that calls the detector under a lock. The load generator compares it with retina serve:
//     dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.PlainService -- MODEL.onnx --urls http://127.0.0.1:8081
using RetinaSharp.Inference;
using RetinaSharp.OnnxRuntime;

if (args is not [{ Length: > 0 } model, ..])
{
    Console.Error.WriteLine("usage: RetinaSharp.Benchmarks.PlainService MODEL.onnx [--urls URL]");
    return 2;
}

using var detector = OnnxDetector.Load(model);
var gate = new Lock();
var builder = WebApplication.CreateBuilder(args[1..]);
builder.Logging.ClearProviders();
var app = builder.Build();
app.MapPost("/v1/detect", async (HttpRequest request) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    lock (gate)
        return detector.Detect(body.ToArray()).Select(found => new { found.Class, found.Score, found.Box.X1, found.Box.Y1, found.Box.X2, found.Box.Y2 }).ToArray();
});
app.Run();
return 0;
