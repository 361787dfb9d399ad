import { Building2, LogOut, Monitor, Moon, Settings, Sun } from 'lucide-react';
import { useState } from 'react';
import { signOut } from '@/api/session';
import { Button } from '@/components/button';
import { Menu, MenuGroup, MenuItem, MenuSeparator } from '@/components/menu';
import { useCurrentUser } from '@/hooks/use-current-user';
import type { Theme } from '@/hooks/use-theme';
import { showProblem } from '@/lib/toast';
import { initials } from './initials';

interface AccountMenuProps {
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onSettings: () => void;
}

const THEMES: { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: 'system', label: 'System', icon: Monitor },
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
];

/** The menu of the current user. */
export function AccountMenu({ theme, onTheme, onSettings }: AccountMenuProps) {
  const me = useCurrentUser();
  // The menu's place in the page is looked up when it opens: it is younger than this button.
  const [open, setOpen] = useState(false);
  // Without sign-in, as in the demo, there is no session to end.
  const canSignOut = me.can_sign_out && me.session != null;
  const leave = () => {
    // Loading the page anew leaves nothing in memory of what was shown.
    signOut().then(() => window.location.replace('/sign-in'), showProblem);
  };
  return (
    <Menu
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button look="ghost" small icon aria-label={`Account: ${me.name}`} title={me.name}>
          {/* A picture of the name, and no text of the button: its label has the whole name. */}
          <span
            aria-hidden
            data-initials={initials(me.name)}
            className="flex size-6 items-center justify-center rounded-full bg-accent-soft text-[10.5px] font-semibold text-accent-text before:content-[attr(data-initials)]"
          />
        </Button>
      }
    >
      <MenuGroup
        label={
          <div className="max-w-64">
            <p className="truncate text-[13px] font-medium">{me.name}</p>
            {me.email != null && <p className="truncate text-xs text-ink-soft">{me.email}</p>}
            {me.tenant != null && (
              <p className="mt-0.5 flex items-center gap-1 truncate text-xs text-ink-soft">
                <Building2 aria-hidden className="size-3 shrink-0" />
                {me.tenant}
              </p>
            )}
          </div>
        }
      >
        <MenuItem icon={<Settings />} onClick={onSettings}>
          Settings
        </MenuItem>
      </MenuGroup>
      <MenuSeparator />
      <MenuGroup label={<p className="text-xs text-ink-soft">Theme</p>}>
        {THEMES.map(({ value, label, icon: Icon }) => (
          <MenuItem
            key={value}
            icon={<Icon />}
            onClick={() => onTheme(value)}
            {...(theme === value && { hint: '✓' })}
          >
            {label}
          </MenuItem>
        ))}
      </MenuGroup>
      {canSignOut && (
        <>
          <MenuSeparator />
          <MenuItem icon={<LogOut />} onClick={leave}>
            Sign out
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
