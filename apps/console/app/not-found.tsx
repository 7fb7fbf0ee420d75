import { buttonClass } from '@/components/Button';
import { Link } from '@/components/Link';
import { Empty } from '@/components/States';

export default function NotFound() {
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <Empty
        alone
        icon="search"
        title="There is no such page"
        action={
          <Link href="/" className={buttonClass('plain')}>
            Back to the overview
          </Link>
        }
      >
        The address may be misspelt, or the link is from another version.
      </Empty>
    </main>
  );
}
